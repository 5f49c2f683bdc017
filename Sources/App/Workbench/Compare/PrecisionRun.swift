import Captioning
import Concurrency
import Console
import Foundation
import Imaging
import Serving
import Settings

/// The captions of a folder's pictures at one precision, and what they cost.
struct PrecisionRun {
    struct Captioned {
        let file: String
        let text: String
    }

    let precision: String
    let captions: [Captioned]
    /// What could not be read.
    let failures: [ComparisonReport.Failure]
    /// The median time of a caption, reading the picture not included.
    let secondsPerPicture: Double
    /// The compiled model on disk.
    let modelBytes: Int
    /// The process with the model in it, after all captions; nil where the system does not tell.
    let memoryBytes: Int?

    /// Loads a model, captions all pictures, and lets the model go.
    /// - Parameters:
    ///   - options: of every caption.
    ///   - title: what is shown while it goes on.
    ///   - load: blocks until the model is there.
    /// - Throws: where the model cannot be loaded, or fails at a picture that can be read.
    static func take(
        of files: [String], _ settings: Settings, options: CaptionOptions, title: String,
        load: () throws -> any CaptionModel
    ) throws -> PrecisionRun {
        let model = try load()
        let preparation: PixelPreparation
        do {
            try options.validate(within: model.description.limits)
            preparation = try model.preparation.by(nil, settings).asked(by: options, within: model.description.limits)
        } catch {
            throw CommandError(CaptionFlags.sayingFlags(error.message))
        }
        let progress = ProgressLine(title)
        var (captions, failures, seconds) = ([Captioned](), [ComparisonReport.Failure](), [Double]())
        for (index, file) in files.enumerated() {
            let pixels: [Float]
            do {
                let picture = try PictureFile.picture(file, settings)
                pixels = try picture.pixels(preparation)
            } catch {
                failures.append(ComparisonReport.Failure(file: file, error: "\(error)"))
                continue
            }
            func caption() throws -> GeneratedCaption {
                do {
                    return try model.caption(pixels: pixels, options: options, cancellation: Cancellation())
                } catch let error as CaptionError where error.code == .invalidOption {
                    throw CommandError(CaptionFlags.sayingFlags(error.message))
                }
            }
            // The first caption after loading is slower than the others will be.
            if captions.isEmpty { _ = try caption() }
            let start = ContinuousClock.now
            captions.append(Captioned(file: file, text: try caption().text))
            seconds.append((ContinuousClock.now - start).inSeconds)
            progress.update(Double(index + 1) / Double(files.count))
        }
        return PrecisionRun(
            precision: model.description.placement.precision, captions: captions, failures: failures,
            secondsPerPicture: seconds.median, modelBytes: model.description.placement.memoryBytes,
            memoryBytes: ResidentMemory.now?.all)
    }
}
