import Foundation

/// How far a long piece of work has come: a bar that moves on a terminal, a plain line each tenth elsewhere.
/// Work that is over within a second says nothing.
final class ProgressLine {
    private let title: String
    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private let start = ContinuousClock.now
    private var lastStep = -1

    init(_ title: String) {
        self.title = title
    }

    /// - Parameter share: 0 to 1.
    func update(_ share: Double) {
        let percent = Int(share * 100)
        let step = isTerminal ? percent : percent / 10
        guard step != lastStep, ContinuousClock.now - start > .seconds(1) else { return }
        lastStep = step
        guard isTerminal else { return complain("\(title) \(percent) %") }
        let bar = String(repeating: "█", count: percent * 30 / 100).padding(toLength: 30, withPad: "·", startingAt: 0)
        let end = share >= 1 ? "\n" : ""
        try? FileHandle.standardError.write(contentsOf: Data("\r\(title) \(bar) \(percent) %\(end)".utf8))
    }
}
