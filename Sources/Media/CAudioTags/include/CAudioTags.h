// The tags of audio files, read with TagLib (https://taglib.org).

#ifndef CAUDIOTAGS_H
#define CAUDIOTAGS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The tags of one file.
typedef struct audio_tags audio_tags;

/// Whether TagLib reads files whose names end so: "mp3", in lower case.
bool audio_tags_knows_ending(const char *_Nonnull ending);

/// Reads the tags of the file at `path`, which is told by its content and only then by its name; NULL where it is no audio
/// file that TagLib knows. The caller frees them.
audio_tags *_Nullable audio_tags_read(const char *_Nonnull path);

void audio_tags_free(audio_tags *_Nonnull tags);

/// The values of a tag by TagLib's name for it (https://taglib.org/api/p_propertymapping.html) in capital letters and digits
/// alone ("ALBUMARTIST", "BPM"), as UTF-8, with line feeds between several; NULL where there are none. Of several blocks of tags in
/// a file the first that has the tag counts: ID3v2, then APE, then ID3v1. They live as long as the tags.
const char *_Nullable audio_tags_value(const audio_tags *_Nonnull tags, const char *_Nonnull name);

/// How long it plays; 0 where that is unknown.
int64_t audio_tags_milliseconds(const audio_tags *_Nonnull tags);

/// Whether there is anything to play in it.
bool audio_tags_has_audio(const audio_tags *_Nonnull tags);

#ifdef __cplusplus
}
#endif

#endif
