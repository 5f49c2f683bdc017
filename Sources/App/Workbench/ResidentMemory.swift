import Foundation

/// The memory of this process as proc(5) tells it, in bytes.
struct ResidentMemory: Encodable, Equatable {
    /// What belongs to the process alone.
    let anonymous: Int
    /// Pages of mapped files: the system's page cache, which takes them back whenever it wants.
    let file: Int
    /// All of it.
    let all: Int
    /// The most that it has been.
    let peak: Int

    enum CodingKeys: String, CodingKey {
        case anonymous = "rss_anon_bytes"
        case file = "rss_file_bytes"
        case all = "rss_bytes"
        case peak = "peak_rss_bytes"
    }

    /// What it is now; nil where there is no `/proc`.
    static var now: ResidentMemory? {
        (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap(ResidentMemory.init)
    }

    /// Takes the text of `/proc/self/status`.
    init?(status: String) {
        func bytes(_ name: String) -> Int? {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first).flatMap { Int($0) }.map { $0 * 1024 }
        }
        guard let anonymous = bytes("RssAnon"), let file = bytes("RssFile"), let all = bytes("VmRSS"),
            let peak = bytes("VmHWM")
        else { return nil }
        self.anonymous = anonymous
        self.file = file
        self.all = all
        self.peak = peak
    }

    /// Has the system forget the peak so far. Where that cannot be, it stays.
    static func forgetPeak() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? file.write(contentsOf: Data("5\n".utf8))
        try? file.close()
    }
}
