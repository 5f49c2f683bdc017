import ArgumentParser
import Captioning
import Concurrency
import Imaging
import ModelRegistry
import Serving
import Settings

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
        let folder = try await options.checkpoint(settings)
        let captioner = try await Captioner.forCommand(settings, rules: pictureRules) { [options] in
            try options.captioner(settings, from: folder)
        }
        if case .ready(let description) = await captioner.state {
            do {
                try flags.options.validate(within: description.limits)
            } catch {
                throw ValidationError(CaptionFlags.sayingFlags(error.message))
            }
        }
        let (asked, isAlone, isJSON, isStream) = (flags.options, pictures.count == 1, json, stream)
        @Sendable func lines(_ path: String) -> CaptionLines {
            CaptionLines(file: path, isAlone: isAlone, isJSON: isJSON, isStream: isStream)
        }
        var hasFailed = false
        // So many that the next pictures are decoded while the model works. Words of several pictures would come mixed.
        let atOnce = stream ? 1 : 3 * settings.maxBatchSize
        typealias Outcome = (lines: CaptionLines, result: Result<CaptionLines.Answer, any Error>)
        try await inOrder(pictures, atMost: atOnce) { path -> Outcome in
            let lines = lines(path)
            do {
                let start = ContinuousClock.now
                let caption = try await captioner.caption(
                    try PictureFile.bytes(path), options: asked, admission: .orWait,
                    listener: isStream ? lines.grow : nil)
                return (lines, .success(CaptionLines.Answer(path, caption, took: ContinuousClock.now - start)))
            } catch {
                return (lines, .failure(error))
            }
        } _: { path, outcome in
            do {
                try outcome.lines.end(try outcome.result.get())
            } catch {
                hasFailed = true
                let sentence = Self.sentence(of: error)
                try outcome.lines.fail(sentence)
                complain("\(path): \(sentence)")
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    private static func sentence(of error: any Error) -> String {
        guard let error = error as? PipelineError, error.code == .invalidOption else { return "\(error)" }
        return CaptionFlags.sayingFlags(error.message)
    }
}

extension CaptionLines.Answer {
    /// What there is to say of a picture.
    fileprivate init(_ path: String, _ caption: CaptionResult, took: Duration) {
        let picture = caption.picture
        self.init(
            file: path, caption: caption.caption, captions: caption.captions, size: [picture.width, picture.height],
            format: picture.format.uppercased(), hash: picture.hash, tokenCount: caption.tokenCount,
            seconds: took.inSeconds)
    }
}
