import Foundation
import Synchronization

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
        /// Width and height.
        var size: [Int]?
        var format: String?
        var hash: String?
        var tokenCount: Int?
        var seconds: Double?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case file, event, caption, captions, size, format, hash, seconds, error
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
