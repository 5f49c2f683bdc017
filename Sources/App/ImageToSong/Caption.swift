import ArgumentParser
import Captioning
import Concurrency
import Console
import Foundation
import Imaging
import ModelRegistry
import Serving
import Settings
import Synchronization

struct Caption: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what pictures show.",
        discussion: """
            For one picture it prints the caption; for several, a line each with the file's name, a tab and the \
            caption. A picture that cannot be read is named on standard error and does not stop the others.
            """)

    @Argument(help: ArgumentHelp("JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF files.", valueName: "PICTURE"))
    var pictures: [String]

    @OptionGroup var options: ModelOptions

    @OptionGroup(title: "Generation") var flags: CaptionFlags

    @Option(
        help: ArgumentHelp(
            "Read pictures as they are displayed, or as transformers reads them. By default PICTURE_RULES, or display.",
            valueName: "display|transformers"), transform: PictureRules.named)
    var pictureRules: PictureRules?

    @Flag(help: "Print the words as they come; with --json, one object per event.")
    var stream = false

    @Flag(help: "Print one JSON object per picture, each on its own line.")
    var json = false

    func run() async throws {
        let settings = try Settings.load()
        let folder = try await options.checkpoint(settings)
        let captioner = try await Captioner.forCommand(settings, rules: pictureRules) { [options] in
            try options.captioner(settings, from: folder)
        }
        if case .ready(let description) = await captioner.state {
            if let note = description.note { complain(note) }
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
        guard let error = error as? ServingError, error.code == .invalidOption else { return "\(error)" }
        return CaptionFlags.sayingFlags(error.message)
    }
}

extension CaptionLines.Answer {
    /// What there is to say of a picture.
    fileprivate init(_ path: String, _ caption: CaptionResult, took: Duration) {
        let picture = caption.picture
        self.init(
            file: path, caption: caption.caption, captions: caption.captions, score: caption.score,
            scores: caption.scores, size: [picture.width, picture.height],
            format: picture.format.uppercased(), hash: picture.hash, tokenCount: caption.tokenCount,
            seconds: took.inSeconds)
    }
}

/// What `caption` writes about one picture: its captions, a line each, or word by word, or JSON.
///
/// Everything goes out at once, however the output is buffered: somebody may be watching. It is told words on the model's
/// thread; the lock keeps what is known of them.
final class CaptionLines: Sendable {
    private struct Words: Encodable {
        let event = "token"
        let file: String
        let text: String
    }

    /// One line of JSON: all that is known of a picture.
    struct Answer: Encodable {
        var file: String
        /// What kind of line it is, where there are others.
        var event: String?
        var caption: String?
        /// All of them, where several were asked for.
        var captions: [String]?
        /// The mean log-probability of the caption's tokens, where it was asked for; of all captions, where there are several.
        var score: Double?
        var scores: [Double]?
        /// Width and height.
        var size: [Int]?
        var format: String?
        var hash: String?
        var tokenCount: Int?
        var seconds: Double?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case file, event, caption, captions, score, scores, size, format, hash, seconds, error
            case tokenCount = "token_count"
        }
    }

    private let file: String
    private let isAlone: Bool
    private let isJSON: Bool
    private let isStream: Bool
    /// How many bytes of the text are out.
    private let writtenBytes = Mutex(0)

    /// - Parameters:
    ///   - isAlone: whether there is one picture only, so that lines need not name it.
    ///   - isStream: whether words are written as they come.
    init(file: String, isAlone: Bool, isJSON: Bool, isStream: Bool) {
        self.file = file
        self.isAlone = isAlone
        self.isJSON = isJSON
        self.isStream = isStream
    }

    /// Writes what is new of a text.
    func grow(to text: String) {
        writtenBytes.withLock { count in
            let rest = String(decoding: text.utf8.dropFirst(count), as: UTF8.self)
            guard !rest.isEmpty else { return }
            if isJSON {
                if let line = try? jsonLine(Words(file: file, text: rest)) { write(line + "\n") }
            } else {
                write((count == 0 ? start : "") + rest)
            }
            count = text.utf8.count
        }
    }

    /// Writes the captions, or what is missing of them.
    func end(_ answer: Answer) throws {
        if isStream { grow(to: answer.caption ?? "") }
        if isJSON { return try writeObject(answer, event: "caption") }
        let captions = answer.captions ?? [answer.caption ?? ""]
        if isStream { endLine() } else { write(start + captions[0] + "\n") }
        for caption in captions.dropFirst() { write(start + caption + "\n") }
    }

    /// Ends a line that has begun; in JSON, says that there is no caption.
    func fail(_ sentence: String) throws {
        if isJSON { return try writeObject(Answer(file: file, error: sentence), event: "error") }
        if writtenBytes.withLock({ $0 > 0 }) { write("\n") }
    }

    private var start: String { isAlone ? "" : "\(file)\t" }

    /// An empty caption has not begun its line.
    private func endLine() {
        write((writtenBytes.withLock { $0 } == 0 ? start : "") + "\n")
    }

    private func writeObject(_ answer: Answer, event: String) throws {
        var answer = answer
        if isStream { answer.event = event }
        write(try jsonLine(answer) + "\n")
    }

    private func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
