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
/// Pairs of words that mean something else together: Sources/Music/Moods/compounds.csv.
extern const song_file song_compounds;
/// Irregular forms of English words: Sources/Music/Moods/forms.csv.
extern const song_file song_forms;
/// Sentences with a known mood: Sources/Music/Moods/anchors.csv.
extern const song_file song_anchors;
/// Genres of music and their moods: Sources/Music/Songs/genres.csv.
extern const song_file song_genres;
/// Words that people put on music, and their moods: Sources/Music/Songs/moods.csv.
extern const song_file song_moods;
/// Tempo markings and their moods: Sources/Music/Songs/tempos.csv.
extern const song_file song_tempos;
/// Words of captions and the themes that songs have for them: Sources/Music/Songs/themes.csv.
extern const song_file song_themes;
/// Works in the public domain: Sources/Music/Songs/starter.csv.
extern const song_file song_starter;

#endif
