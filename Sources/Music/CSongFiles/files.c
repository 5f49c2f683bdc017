#include "CSongFiles.h"

// As in CWebFiles: clang 19 and newer have #embed.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char lexicon[] = {
#embed "../Moods/lexicon.csv"
};
static const unsigned char anchors[] = {
#embed "../Moods/anchors.csv"
};
static const unsigned char starter[] = {
#embed "../Songs/starter.csv"
};

const song_file song_lexicon = {lexicon, sizeof(lexicon)};
const song_file song_anchors = {anchors, sizeof(anchors)};
const song_file song_starter = {starter, sizeof(starter)};
