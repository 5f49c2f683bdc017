import Captioning
import Foundation
import Imaging
import Pipeline

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
