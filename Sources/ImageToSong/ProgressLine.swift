import Foundation

/// How far a long piece of work has come: a bar that moves on a terminal, a plain line each tenth elsewhere.
final class ProgressLine {
    private let title: String
    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    private var lastTenth = -1
    private var lastPercent = -1

    init(_ title: String) {
        self.title = title
    }

    /// - Parameter share: 0 to 1.
    func update(_ share: Double) {
        let percent = Int(share * 100)
        if isTerminal, percent != lastPercent {
            lastPercent = percent
            let filled = String(repeating: "█", count: percent * 30 / 100)
            let bar = filled.padding(toLength: 30, withPad: "·", startingAt: 0)
            write("\r\(title) \(bar) \(percent) %" + (share >= 1 ? "\n" : ""))
        } else if !isTerminal, percent / 10 != lastTenth {
            lastTenth = percent / 10
            write("\(title) \(percent) %\n")
        }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
