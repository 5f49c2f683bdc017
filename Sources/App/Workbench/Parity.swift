package import ArgumentParser
import Console
import Devices
import Foundation
import Generation
import Networks
import Serving
import Settings

package struct Parity: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Compares a model with what transformers computed.",
        discussion: """
            The reference is a safetensors file with pixel_values, generated_ids, the stages that the model has of \
            vision_hidden_state, query_output, language_inputs, encoder_hidden_state and first_logits, optionally \
            prompt_ids and qformer_prompt_ids, and the arguments of `generate` as JSON in the metadata entry \
            "generation". The exit status is 0 if every stage is within its bound and, at fp32, the \
            ids are equal; 1 if not, or if something failed; 2 for wrong usage.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: ArgumentHelp("The file with transformers' results.", valueName: "FILE"))
    var reference: String

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    package init() {}

    package func run() async throws {
        let model = try await options.networks(try Settings.load(), captions: false)
        let report = try model.parity(referencePath: reference)
        print(json ? try jsonLine(ParityReport.Answer(report: report)) : report.table())
        if !report.isWithinBounds { throw ExitCode(1) }
    }
}

extension ParityReport {
    /// The report and its verdicts.
    fileprivate struct Answer: Encodable {
        let report: ParityReport

        enum CodingKeys: String, CodingKey {
            case idsAreEqual = "ids_equal"
            case isWithinBounds = "within_bounds"
        }

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(report.idsAreEqual, forKey: .idsAreEqual)
            try container.encode(report.isWithinBounds, forKey: .isWithinBounds)
        }
    }

    fileprivate func table() -> String {
        let title = "stage".padding(toLength: 22, withPad: " ", startingAt: 0)
        var lines = ["\(title)  max |diff|   relative L2   cosine         bound          (\(precision.rawValue))"]
        for stage in stages {
            let name = stage.name.rawValue.padding(toLength: 22, withPad: " ", startingAt: 0)
            let figures = String(
                format: "%.3e    %.3e     %.10f", stage.largestDifference, stage.relativeError, stage.cosine)
            lines.append("\(name)  \(figures)   \(stage.bound.text)  \(stage.isWithinBound ? "ok" : "OUT OF BOUNDS")")
        }
        let consequence = demandsEqualIDs ? "" : " (which decides nothing at \(precision.rawValue))"
        lines.append("generated ids           \(idsAreEqual ? "equal" : "DIFFERENT\(consequence)")")
        if !idsAreEqual {
            for (row, pair) in zip(ids, referenceIDs).enumerated() where pair.0 != pair.1 {
                lines.append("  row \(row): \(pair.0)\n  instead of \(pair.1)")
            }
        }
        lines.append("within bounds           \(isWithinBounds ? "yes" : "NO")")
        return lines.joined(separator: "\n")
    }
}

extension ParityReport.Stage.Bound {
    /// Such as "cosine ≥ 0.995", in 14 characters.
    fileprivate var text: String {
        switch self {
        case .relativeError(let most): String(format: "L2 ≤ %.0e    ", most)
        case .cosine(let least): String(format: "cosine ≥ %.3f", least)
        }
    }
}
