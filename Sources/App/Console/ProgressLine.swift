import Foundation
import Pipeline

/// How far a long piece of work has come: a bar that moves on a terminal, a plain line each tenth elsewhere.
/// Work that is over within a second says nothing.
final class ProgressLine {
    private let title: String
    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let start = ContinuousClock.now
    private let remaining = RemainingTime()
    private var lastStep = -1
    private var isUnfinished = false

    init(_ title: String) {
        self.title = title
    }

    deinit {
        // What is said next begins on a line of its own.
        if isUnfinished { complain("") }
    }

    /// - Parameter share: 0 to 1.
    func update(_ share: Double) {
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
