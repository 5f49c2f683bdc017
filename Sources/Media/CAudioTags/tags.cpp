#include "CAudioTags.h"

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include <taglib/aifffile.h>
#include <taglib/apefile.h>
#include <taglib/apetag.h>
#include <taglib/asffile.h>
#include <taglib/fileref.h>
#include <taglib/flacfile.h>
#include <taglib/id3v1tag.h>
#include <taglib/id3v2framefactory.h>
#include <taglib/id3v2tag.h>
#include <taglib/infotag.h>
#include <taglib/mp4file.h>
#include <taglib/mpcfile.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/speexfile.h>
#include <taglib/tfilestream.h>
#include <taglib/tpropertymap.h>
#include <taglib/trueaudiofile.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>
#include <taglib/wavpackfile.h>
#include <taglib/xiphcomment.h>

using namespace TagLib;

struct audio_tags {
    std::map<std::string, std::string> values;
    int64_t milliseconds = 0;
    bool has_audio = false;

    /// Takes what a block of tags has and no block before it had. Longer values are lyrics and notes.
    void add(const PropertyMap &properties) {
        for (const auto &property : properties) {
            std::string name;
            for (const char c : property.first.upper().to8Bit(true)) {
                if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) name += c;
            }
            auto value = property.second.toString("\n").stripWhiteSpace().to8Bit(true);
            if (!name.empty() && !value.empty() && value.size() <= 1 << 20) values.emplace(name, value);
        }
    }

    /// By the block's own type: before TagLib 2 `properties` is not virtual, and a mere `Tag` has only the commonest ones.
    template <class Block> void add(const Block *block) {
        if (block != nullptr) add(block->properties());
    }
};

namespace {

template <class Kind> std::unique_ptr<File> opened(IOStream *stream) {
    if (!Kind::isSupported(stream)) return nullptr;
    stream->seek(0);
    // MPEG and FLAC files want a factory for the frames of ID3v2.
    if constexpr (std::is_same_v<Kind, MPEG::File> || std::is_same_v<Kind, FLAC::File>) {
        return std::make_unique<Kind>(stream, ID3v2::FrameFactory::instance(), true, AudioProperties::Average);
    } else {
        return std::make_unique<Kind>(stream, true, AudioProperties::Average);
    }
}

/// The file by its content. MPEG comes last: what looks like its frames stands in many files.
std::unique_ptr<File> opened_by_content(IOStream *stream) {
    using Opening = std::unique_ptr<File> (*)(IOStream *);
    static const std::vector<Opening> openings = {
        opened<Ogg::Vorbis::File>, opened<Ogg::Opus::File>, opened<Ogg::FLAC::File>, opened<Ogg::Speex::File>,
        opened<FLAC::File>, opened<MP4::File>, opened<ASF::File>, opened<RIFF::WAV::File>, opened<RIFF::AIFF::File>,
        opened<WavPack::File>, opened<APE::File>, opened<MPC::File>, opened<TrueAudio::File>, opened<MPEG::File>,
    };
    for (const auto opening : openings) {
        stream->seek(0);
        auto file = opening(stream);
        if (file && file->isValid()) return file;
    }
    return nullptr;
}

void add_tags(audio_tags &tags, const File *file) {
    if (const auto *mpeg = dynamic_cast<const MPEG::File *>(file)) {
        // The calls that make a missing block are not const; none is written.
        auto *blocks = const_cast<MPEG::File *>(mpeg);
        tags.add(blocks->ID3v2Tag());
        tags.add(blocks->APETag());
        tags.add(blocks->ID3v1Tag());
    } else if (const auto *flac = dynamic_cast<const FLAC::File *>(file)) {
        auto *blocks = const_cast<FLAC::File *>(flac);
        tags.add(blocks->xiphComment());
        tags.add(blocks->ID3v2Tag());
        tags.add(blocks->ID3v1Tag());
    } else if (const auto *ape = dynamic_cast<const APE::File *>(file)) {
        auto *blocks = const_cast<APE::File *>(ape);
        tags.add(blocks->APETag());
        tags.add(blocks->ID3v1Tag());
    } else if (const auto *musepack = dynamic_cast<const MPC::File *>(file)) {
        auto *blocks = const_cast<MPC::File *>(musepack);
        tags.add(blocks->APETag());
        tags.add(blocks->ID3v1Tag());
    } else if (const auto *wavpack = dynamic_cast<const WavPack::File *>(file)) {
        auto *blocks = const_cast<WavPack::File *>(wavpack);
        tags.add(blocks->APETag());
        tags.add(blocks->ID3v1Tag());
    } else if (const auto *true_audio = dynamic_cast<const TrueAudio::File *>(file)) {
        auto *blocks = const_cast<TrueAudio::File *>(true_audio);
        tags.add(blocks->ID3v2Tag());
        tags.add(blocks->ID3v1Tag());
    } else if (const auto *wave = dynamic_cast<const RIFF::WAV::File *>(file)) {
        tags.add(wave->ID3v2Tag());
        tags.add(wave->InfoTag());
    } else {
        tags.add(file->properties());
    }
}

/// Whether there is sound. A length of nothing says that there is none, but for FLAC, whose encoder may not have known it.
bool has_audio(File *file, const AudioProperties *audio) {
    if (audio == nullptr) return false;
    if (audio->lengthInMilliseconds() > 0) return true;
    if (audio->sampleRate() == 0) return false;
    if (dynamic_cast<FLAC::File *>(file) != nullptr) {
        return file->find(ByteVector("\xFF\xF8", 2)) >= 0 || file->find(ByteVector("\xFF\xF9", 2)) >= 0;
    }
    return false;
}

bool is_tracker_module(const std::string &path) {
    const auto ending = String(path.substr(path.rfind('.') + 1), String::UTF8).upper();
    return StringList::split("MOD MODULE NST WOW S3M IT XM", " ").contains(ending);
}

}  // namespace

bool audio_tags_knows_ending(const char *ending) {
    static const StringList known = FileRef::defaultFileExtensions();
    return known.contains(String(ending, String::UTF8));
}

audio_tags *audio_tags_read(const char *path) try {
    FileStream stream(path, true);
    if (!stream.isOpen()) return nullptr;
    auto tags = std::make_unique<audio_tags>();
    if (const auto file = opened_by_content(&stream)) {
        add_tags(*tags, file.get());
        const auto *audio = file->audioProperties();
        if (audio != nullptr) tags->milliseconds = audio->lengthInMilliseconds();
        tags->has_audio = has_audio(file.get(), audio);
        return tags.release();
    }
    // Some kinds have no sign of their own: tracker modules, streams of frames behind something else.
    const FileRef reference(path, true, AudioProperties::Average);
    if (reference.isNull() || reference.file() == nullptr || !reference.file()->isValid()) return nullptr;
    add_tags(*tags, reference.file());
    if (const auto *audio = reference.audioProperties()) tags->milliseconds = audio->lengthInMilliseconds();
    tags->has_audio = has_audio(reference.file(), reference.audioProperties()) || is_tracker_module(path);
    return tags.release();
} catch (...) {
    return nullptr;
}

void audio_tags_free(audio_tags *tags) { delete tags; }

const char *audio_tags_value(const audio_tags *tags, const char *name) {
    const auto found = tags->values.find(name);
    return found == tags->values.end() ? nullptr : found->second.c_str();
}

int64_t audio_tags_milliseconds(const audio_tags *tags) { return tags->milliseconds; }

bool audio_tags_has_audio(const audio_tags *tags) { return tags->has_audio; }
