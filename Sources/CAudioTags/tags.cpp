#include "CAudioTags.h"

#include <map>
#include <string>

#include <taglib/audioproperties.h>
#include <taglib/fileref.h>
#include <taglib/tpropertymap.h>

struct audio_tags {
    std::map<std::string, std::string> values;
    int64_t milliseconds = 0;
};

audio_tags *audio_tags_read(const char *path) try {
    const TagLib::FileRef reference(path, true, TagLib::AudioProperties::Average);
    if (reference.isNull() || reference.file() == nullptr || !reference.file()->isValid()) return nullptr;
    auto tags = new audio_tags;
    for (const auto &property : reference.file()->properties()) {
        tags->values[property.first.upper().to8Bit(true)] = property.second.toString("\n").to8Bit(true);
    }
    if (const auto *audio = reference.audioProperties()) tags->milliseconds = audio->lengthInMilliseconds();
    return tags;
} catch (...) {
    return nullptr;
}

void audio_tags_free(audio_tags *tags) { delete tags; }

const char *audio_tags_value(const audio_tags *tags, const char *name) {
    const auto found = tags->values.find(name);
    return found == tags->values.end() || found->second.empty() ? nullptr : found->second.c_str();
}

int64_t audio_tags_milliseconds(const audio_tags *tags) { return tags->milliseconds; }
