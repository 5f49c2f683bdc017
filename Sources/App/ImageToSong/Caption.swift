import ArgumentParser
import Captioning
import Imaging
import ModelRegistry
import Pipeline

struct Caption: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what pictures show.",
        discussion: """
            One picture gives its caption; several give a line each, with the file's name, a tab and the caption. \
            A picture that cannot be read is named on standard error and does not stop the others.
            """)

    @Argument(help: ArgumentHelp("JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF files.", valueName: "PICTURE"))
    var pictures: [String]

    @OptionGroup var options: ModelOptions

    @OptionGroup(title: "Generation") var flags: CaptionFlags

    @Option(
        help: ArgumentHelp(
            "How pictures are read: as they are displayed, or as transformers reads them; PICTURE_RULES, else display.",
            valueName: "display|transformers"), transform: PictureRules.named)
    var pictureRules: PictureRules?

    @Flag(help: "Write the words as they come; with --json, an object an event.")
    var stream = false

    @Flag(help: "One JSON object a picture, a line each.")
    var json = false

    func run() async throws {
        let settings = try Settings.load()
        let model = try await options.captioner(settings)
        do {
            try flags.options.validate(within: model.description.limits)
        } catch {
            throw ValidationError(CaptionFlags.sayingFlags(error.message))
        }
        var hasFailed = false
        for path in pictures {
            let lines = CaptionLines(file: path, isAlone: pictures.count == 1, isJSON: json, isStream: stream)
            do {
                try lines.end(try caption(path, model, lines, settings))
            } catch {
                hasFailed = true
                let sentence = Self.sentence(of: error)
                try lines.fail(sentence)
                complain("\(path): \(sentence)")
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    private static func sentence(of error: any Error) -> String {
        guard let error = error as? CaptionError, error.code == .invalidOption else { return "\(error)" }
        return CaptionFlags.sayingFlags(error.message)
    }

    private func caption(
        _ path: String, _ model: any CaptionModel, _ lines: CaptionLines, _ settings: Settings
    ) throws -> CaptionLines.Answer {
        let start = ContinuousClock.now
        let picture = try PictureFile.picture(path, settings)
        let caption = try model.caption(
            pixels: try picture.pixels(model.preparation.by(pictureRules, settings)), options: flags.options,
            cancellation: Cancellation(),
            listener: stream ? lines.grow : nil)
        return CaptionLines.Answer(
            file: path, caption: caption.text, captions: caption.texts, size: [picture.width, picture.height],
            format: picture.format.rawValue.uppercased(),
            hash: picture.sha256, tokenCount: caption.tokenIDs.count, seconds: (ContinuousClock.now - start).inSeconds)
    }
}
