import ArgumentParser
import Blip2
import Imaging
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

    @Option(help: "How many beams to search with; only 1 so far.")
    var beams = 1

    @Option(help: "The most tokens a caption may have; the checkpoint's own default, else 30.")
    var maxNewTokens: Int?

    @Option(help: "Text that the captions go on from.")
    var prompt: String?

    @Flag(help: "One JSON object a picture, a line each.")
    var json = false

    func validate() throws {
        guard beams == 1 else { throw ValidationError("Captions are searched for greedily so far: --beams may be 1.") }
        if let maxNewTokens, maxNewTokens < 1 { throw ValidationError("--max-new-tokens may be 1 or more.") }
    }

    func run() async throws {
        let settings = try Settings.load()
        let model = try Blip2CaptionModel(
            try await options.load(settings), name: options.model ?? settings.modelID)
        var hasFailed = false
        for path in pictures {
            do {
                try say(try caption(path, model))
            } catch {
                hasFailed = true
                complain("\(path): \(error)")
                if json { try say(Answer(file: path, error: "\(error)")) }
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    private func caption(_ path: String, _ model: Blip2CaptionModel) throws -> Answer {
        let start = ContinuousClock.now
        let picture = try Picture(bytes: try PictureFile.bytes(path), limits: PictureFile.limits)
        let caption = try model.caption(
            pixels: try picture.pixels(model.preparation),
            options: CaptionOptions(prompt: prompt, maxNewTokens: maxNewTokens), cancellation: Cancellation())
        return Answer(
            file: path, caption: caption.text, size: [picture.width, picture.height],
            format: picture.format.rawValue.uppercased(),
            hash: picture.sha256, tokenCount: caption.tokenIDs.count, seconds: (ContinuousClock.now - start).inSeconds)
    }

    private func say(_ answer: Answer) throws {
        if json {
            print(try jsonLine(answer))
        } else if let caption = answer.caption {
            print(pictures.count == 1 ? caption : "\(answer.file)\t\(caption)")
        }
    }

    /// One line of JSON.
    private struct Answer: Encodable {
        var file: String
        var caption: String?
        /// Width and height.
        var size: [Int]?
        var format: String?
        var hash: String?
        var tokenCount: Int?
        var seconds: Double?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case file, caption, size, format, hash, seconds, error
            case tokenCount = "token_count"
        }
    }
}
