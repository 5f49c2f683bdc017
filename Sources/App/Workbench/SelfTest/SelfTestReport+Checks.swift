import Captioning
import Concurrency
import Console
import Foundation
import Imaging
import Moods
import Recommendation
import Serving
import Settings
import Songs

extension SelfTestReport {
    /// Reads a tiny picture of each format and looks at its colours.
    func checkPictures() {
        for format in PictureFormat.allCases {
            check("Read \(format.name)") { () throws -> ((), String) in
                guard let text = TestPictures.files[format], let data = Data(base64Encoded: text) else {
                    throw CommandError("The program holds no \(format.name) picture to try.")
                }
                let picture = try Picture(bytes: [UInt8](data))
                guard picture.format == format, picture.width == TestPictures.side, picture.height == TestPictures.side
                else {
                    throw CommandError(
                        "A \(format.name) of \(TestPictures.side) × \(TestPictures.side) pixels was read as a "
                            + "\(picture.format.name) of \(picture.width) × \(picture.height).")
                }
                let difference = try TestPictures.largestDifference(picture)
                guard difference <= TestPictures.tolerance else {
                    throw CommandError(
                        "The colours of a \(format.name) are wrong by up to \(Int(difference)) of 255: libvips, or the "
                            + "library that it reads this format with, is damaged; reinstall it.")
                }
                return ((), "its colours are right to \(Int(difference.rounded(.up))) of 255")
            }
        }
    }
}

extension TestPictures {
    /// By how much a lossy format may change a colour, of 255.
    static let tolerance: Float = 12

    /// The largest difference between a picture's colours in the middle of its quarters and what they should be.
    static func largestDifference(_ picture: Picture) throws -> Float {
        var preparation = PixelPreparation(width: side, height: side)
        preparation.mean = [0, 0, 0]
        preparation.standardDeviation = [1, 1, 1]
        let pixels = try picture.pixels(preparation)  // [3, side, side]
        var largest: Float = 0
        for (quarter, colour) in quarters.enumerated() {
            let x = side / 4 + quarter % 2 * side / 2
            let y = side / 4 + quarter / 2 * side / 2
            for channel in 0..<3 {
                let value = pixels[(channel * side + y) * side + x] * 255
                largest = max(largest, abs(value - colour[channel]))
            }
        }
        return largest
    }
}

extension SelfTestReport {
    /// Writes a picture as a JPEG, as `/image/process` does, and reads it again.
    func checkRoundTrip() {
        check("Write JPEG") { () throws -> ((), String) in
            guard let text = TestPictures.files[.png], let data = Data(base64Encoded: text) else {
                throw CommandError("The program holds no PNG picture to try.")
            }
            let side = TestPictures.side
            let written = try Picture(bytes: [UInt8](data)).rendition(fitting: (side, side)).jpeg()
            let difference = try TestPictures.largestDifference(try Picture(bytes: written.bytes))
            // Sixteen pixels share one block of colour: far more is lost than in a photograph.
            guard difference <= 64 else {
                throw CommandError(
                    "A JPEG that was written here has colours that are wrong by \(Int(difference)) of 255: reinstall libvips."
                )
            }
            return ((), "\(written.bytes.count) bytes, its colours are right to \(Int(difference.rounded(.up))) of 255")
        }
    }
}

extension SelfTestReport {
    /// Captions the sample pictures, one after the other, and then all of them again.
    ///
    /// - Parameter model: nil where it could not be loaded.
    func checkCaptions(_ model: (any CaptionModel)?) {
        guard let model else {
            check("Captions", needs: model) { _ in ((), "") }
            return
        }
        var made: [(SamplePicture, TimedCaption)] = []
        for sample in SamplePicture.all {
            let caption = check("Caption \(sample.name)") {
                let caption = try model.timed(sample.bytes)
                guard !caption.text.isEmpty else { throw CommandError("The caption is empty.") }
                if model.description.isDemo, let word = sample.word, !caption.text.contains(word) {
                    throw CommandError(
                        "\"\(caption.text)\" does not speak of \"\(word)\", which the picture shows and the demo checkpoint "
                            + "knows: the model computes something else here. `image-to-song parity` finds out where.")
                }
                return (caption, caption.text)
            }
            if let caption { made.append((sample, caption)) }
        }
        check("The same captions again", needs: made.isEmpty ? nil : made) { made in
            for (sample, first) in made {
                let second = try model.timed(sample.bytes)
                guard second.text == first.text else {
                    throw CommandError(
                        "\(sample.name) was captioned \"\(first.text)\", and then \"\(second.text)\": this machine does not "
                            + "compute the same twice. Check its memory.")
                }
            }
            return ((), made.count == 1 ? "1 picture" : "\(made.count) pictures")
        }
        check("Stages, median", needs: made.isEmpty ? nil : made) { made in
            let medians = made[0].1.stages.indices.map { index in
                (
                    made[0].1.stages[index].name,
                    TimedCaption.median(made.map { $0.1.stages[index].duration.inSeconds })
                )
            }
            stages = Dictionary(uniqueKeysWithValues: medians)
            return ((), medians.map { "\($0.0) \(Self.milliseconds($0.1))" }.joined(separator: ", "))
        }
    }
}

/// A caption, and how long the stages on the way to it took.
private struct TimedCaption {
    let text: String
    /// Reading, decoding and resizing the picture.
    let picture: Duration
    let generation: StageTimings

    /// The stages, in the order in which they come.
    var stages: [(name: String, duration: Duration)] {
        [("picture", picture)] + generation.stages.map { ($0.name, $0.duration) }
    }

    /// The middle one of some numbers, the upper one of two; there is at least one.
    static func median(_ numbers: [Double]) -> Double {
        numbers.sorted()[numbers.count / 2]
    }
}

extension CaptionModel {
    /// The caption of the picture in the bytes of a file. Blocks.
    fileprivate func timed(_ bytes: [UInt8]) throws -> TimedCaption {
        let start = ContinuousClock.now
        let pixels = try Picture(bytes: bytes).pixels(preparation)
        let picture = ContinuousClock.now - start
        let caption = try caption(pixels: pixels, options: CaptionOptions(), cancellation: Cancellation())
        return TimedCaption(text: caption.text, picture: picture, generation: caption.timings)
    }
}

extension SelfTestReport {
    /// Opens the catalogue, embeds sentences where there is a model for that, and finds songs twice.
    ///
    /// - Parameters:
    ///   - embeddings: the folder of the embedding model, if there is one; nil where what it needs is not there.
    func checkSongs(_ settings: Settings?, embeddings folder: Result<URL?, any Error>?) {
        let catalogue = check("Song catalogue", needs: settings) { settings in
            let catalogue = try SongCatalogue(path: settings.songCatalogueLocation.path)
            return (catalogue, "\(try catalogue.statistics().total) songs in \(catalogue.path)")
        }
        let embeddings = check("Embedding model", needs: folder) { folder -> (EmbeddingModel?, String) in
            guard let settings, let folder = try folder.get() else {
                return (nil, "none; `scripts/setup --with-embeddings` fetches one")
            }
            let model = try EmbeddingModel(folder: folder, settings)
            return (model, model.name)
        }
        check("Songs for a caption", needs: catalogue) { catalogue in
            let lexicon = try settings.map { try Lexicon($0) } ?? .builtIn
            let matcher = try SongMatcher(catalogue: catalogue, lexicon: lexicon, embeddings: embeddings ?? nil)
            var query = SongQuery()
            query.caption = "a quiet harbour at dusk"
            let first = try matcher.match(query)
            guard first.songs.map(\.song.id) == (try matcher.match(query)).songs.map(\.song.id) else {
                throw CommandError(
                    "The same caption got other songs the second time: this machine does not compute the same twice. Check its memory."
                )
            }
            guard let best = first.songs.first else { return ((), first.reason ?? "none") }
            return ((), "\(query.caption ?? ""), \(first.mood.label.rawValue): \(best.song.line)")
        }
    }
}
