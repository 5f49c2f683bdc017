import Concurrency
import Foundation
import Serving
import Settings

/// What a self-test found, line by line; each line is printed as soon as it is known.
final class SelfTestReport {
    /// How one check ended.
    enum Outcome: String, Encodable {
        case passed, failed
        /// Not tried, for something that it needs has failed.
        case skipped

        var mark: String {
            switch self {
            case .passed: "✓"
            case .failed: "✗"
            case .skipped: "–"
            }
        }
    }

    /// One thing that was tried.
    struct Check: Encodable {
        let name: String
        let outcome: Outcome
        let seconds: Double
        let detail: String
    }

    private let printsLines: Bool
    private(set) var checks: [Check] = []
    /// How long each stage of a caption took, the median over the pictures.
    var stages: [String: Double] = [:]

    /// - Parameter printsLines: whether each line is printed to standard output as soon as it is known.
    init(printsLines: Bool) {
        self.printsLines = printsLines
    }

    /// Tries something, and notes how it ended.
    ///
    /// - Parameter body: returns what was made and what is to be said of it; what it throws is what is said of a failure.
    /// - Returns: what was made; nil after a failure.
    @discardableResult
    func check<Value>(_ name: String, _ body: () throws -> (Value, String)) -> Value? {
        let start = ContinuousClock.now
        do {
            let (value, detail) = try body()
            add(name, .passed, ContinuousClock.now - start, detail)
            return value
        } catch {
            add(name, .failed, ContinuousClock.now - start, "\(error)")
            return nil
        }
    }

    /// The same for a check that needs what an earlier one made, and is skipped without it.
    @discardableResult
    func check<Need, Value>(_ name: String, needs: Need?, _ body: (Need) throws -> (Value, String)) -> Value? {
        guard let needs else {
            add(name, .skipped, .zero, "not tried, for a check before it failed")
            return nil
        }
        return check(name) { try body(needs) }
    }

    private func add(_ name: String, _ outcome: Outcome, _ duration: Duration, _ detail: String) {
        let line = detail.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: " ")
        checks.append(Check(name: name, outcome: outcome, seconds: duration.inSeconds, detail: line))
        guard printsLines else { return }
        let time = outcome == .skipped ? "" : Self.milliseconds(duration.inSeconds)
        print("\(outcome.mark)  \(Self.pad(name, 28))\(Self.pad(time, 12, onTheLeft: true))  \(line)")
        // A long step may follow: whoever reads through a pipe sees this line before it.
        fflush(nil)
    }

    /// Whether something failed.
    var hasFailed: Bool { checks.contains { $0.outcome == .failed } }

    /// The whole in one sentence.
    var summary: String {
        let failed = checks.count { $0.outcome == .failed }
        let skipped = checks.count { $0.outcome == .skipped }
        if failed == 0 { return "All is well: \(checks.count) of \(checks.count) checks passed." }
        return "\(failed) of \(checks.count) checks failed"
            + (skipped > 0 ? ", \(skipped) could not be tried because of that." : ".")
    }

    /// The whole as one JSON object.
    var answer: Answer {
        Answer(success: !hasFailed, version: Release.version, checks: checks, medianStageSeconds: stages)
    }

    /// One JSON object.
    struct Answer: Encodable {
        let success: Bool
        let version: String
        let checks: [Check]
        let medianStageSeconds: [String: Double]

        enum CodingKeys: String, CodingKey {
            case success, version, checks
            case medianStageSeconds = "median_stage_seconds"
        }
    }

    /// A time as "12.3 ms".
    static func milliseconds(_ seconds: Double) -> String {
        "\((seconds * 10_000).rounded() / 10) ms"
    }

    private static func pad(_ text: String, _ width: Int, onTheLeft: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - text.count))
        return onTheLeft ? spaces + text : text + spaces
    }
}
