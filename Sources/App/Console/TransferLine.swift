import Foundation
import Hub
import Pipeline
import Synchronization

/// How far a download has come: a bar with rate and time left on a terminal, plain lines elsewhere.
final class TransferLine: Sendable {
    private struct State {
        var lines: DownloadLines
        /// Whether a bar stands on the last line of the terminal.
        var hasBar = false
    }

    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let state: Mutex<State>

    /// - Parameter name: what is fetched.
    init(_ name: String) {
        state = Mutex(State(lines: DownloadLines(name)))
    }

    /// Shows an event.
    @Sendable func report(_ event: HubEvent) {
        state.withLock { state in
            guard isTerminal, case .progress(let progress) = event else {
                if state.hasBar { complain("") }
                state.hasBar = false
                if let line = state.lines.line(for: event) { complain(line) }
                return
            }
            let isOver = progress.share >= 1
            let text = "\r\(Self.bar(progress))\u{1B}[K\(isOver ? "\n" : "")"
            try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
            state.hasBar = !isOver
        }
    }

    private static func bar(_ progress: TransferProgress) -> String {
        let length = Int(progress.share * 24)
        let bar = String(repeating: "█", count: length) + String(repeating: "·", count: 24 - length)
        return "\(progress.stage == .fetching ? "Fetching" : "Checking") \(bar) \(progress.text)"
    }
}
