import Concurrency
import Foundation
package import Hub
import Serving
import Synchronization

/// How far a long piece of work has come: a bar that moves on a terminal, a plain line each tenth elsewhere.
/// Work that is over within a second says nothing.
package final class ProgressLine {
    private let title: String
    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let start = ContinuousClock.now
    private let remaining = RemainingTime()
    private var lastStep = -1
    private var isUnfinished = false

    package init(_ title: String) {
        self.title = title
    }

    deinit {
        // What is said next begins on a line of its own.
        if isUnfinished { complain("") }
    }

    /// - Parameter share: 0 to 1.
    package func update(_ share: Double) {
        let percent = Int(share * 100)
        let step = isTerminal ? percent : percent / 10
        guard step != lastStep, ContinuousClock.now - start > .seconds(1) else { return }
        lastStep = step
        guard isTerminal else { return complain("\(title) \(percent) %\(remaining.words(at: share))") }
        let bar = String(repeating: "█", count: percent * 30 / 100).padding(toLength: 30, withPad: "·", startingAt: 0)
        isUnfinished = share < 1
        let end = isUnfinished ? "" : "\n"
        // What a longer line has left behind this one is wiped out (ESC [ K).
        let line = "\r\(title) \(bar) \(percent) %\(remaining.words(at: share))\u{1B}[K\(end)"
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
}

/// How far a download has come: a bar with rate and time left on a terminal, plain lines elsewhere.
package final class TransferLine: Sendable {
    private struct State {
        var lines: DownloadLines
        /// Whether a bar stands on the last line of the terminal.
        var hasBar = false
    }

    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let state: Mutex<State>

    /// - Parameter name: what is fetched.
    package init(_ name: String) {
        state = Mutex(State(lines: DownloadLines(name)))
    }

    /// Shows an event.
    @Sendable package func report(_ event: HubEvent) {
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
