#include "CSongFiles.h"

// As in CWebFiles: clang 19 and newer have #embed.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char lexicon[] = {
#embed "../Moods/lexicon.csv"
};
static const unsigned char compounds[] = {
#embed "../Moods/compounds.csv"
};
static const unsigned char forms[] = {
#embed "../Moods/forms.csv"
};
static const unsigned char anchors[] = {
#embed "../Moods/anchors.csv"
};
static const unsigned char genres[] = {
#embed "../Songs/genres.csv"
};
static const unsigned char moods[] = {
#embed "../Songs/moods.csv"
};
static const unsigned char tempos[] = {
#embed "../Songs/tempos.csv"
};
static const unsigned char themes[] = {
#embed "../Songs/themes.csv"
};
static const unsigned char starter[] = {
#embed "../Songs/starter.csv"
};

const song_file song_lexicon = {lexicon, sizeof(lexicon)};
const song_file song_compounds = {compounds, sizeof(compounds)};
const song_file song_forms = {forms, sizeof(forms)};
const song_file song_anchors = {anchors, sizeof(anchors)};
const song_file song_genres = {genres, sizeof(genres)};
const song_file song_moods = {moods, sizeof(moods)};
const song_file song_tempos = {tempos, sizeof(tempos)};
const song_file song_themes = {themes, sizeof(themes)};
const song_file song_starter = {starter, sizeof(starter)};
