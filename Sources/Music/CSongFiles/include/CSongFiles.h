// The tables that moods and songs start from, which are part of the program.

#ifndef CSONGFILES_H
#define CSONGFILES_H

#include <stddef.h>

/// One file, as UTF-8.
typedef struct {
    const unsigned char *_Nonnull bytes;
    size_t length;
} song_file;

/// The words of captions and their moods: Sources/Music/Moods/lexicon.csv.
extern const song_file song_lexicon;
/// Sentences with a known mood: Sources/Music/Moods/anchors.csv.
extern const song_file song_anchors;
/// Works in the public domain: Sources/Music/Songs/starter.csv.
extern const song_file song_starter;

#endif
