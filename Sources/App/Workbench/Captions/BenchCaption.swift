import ArgumentParser
import Captioning
import Console
import Foundation
import Generation
import Networks
import ONNXRuntime
import Serving
import Settings

struct BenchCaption: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption",
        abstract: "Measures captions: loading, stages, beams, batches and clients, next to the machine's limits.",
        discussion: """
            This is what `bench` does without a subcommand. Every figure is the median of several turns after a \
            warm-up; the kinds of captions take turns. The machine's limits, peak 8-bit arithmetic and read \
            bandwidth, are measured before each turn, and each stage is shown as a share of them.

            Parts: load (seconds and memory), stages (one picture), beams (3 and 5), batches (2, 4 and 8 pictures), \
            concurrency (clients of the server's request queue), roofline.
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("The parts to measure, separated by commas.", valueName: "PART,…"))
    var parts = BenchParts.all

    @Option(name: .customLong("repeat"), help: "The number of turns of each kind of caption.")
    var repetitions = 5

    @Option(help: "The number of concurrent clients; repeat the option to measure several numbers.")
    var clients: [Int] = [1, 2, 4, 8, 16]

    @Option(help: "How many seconds to measure each number of clients.")
    var seconds = 10.0

    @Flag(help: "Print one JSON object instead of tables.")
    var json = false

    @Option(help: ArgumentHelp("Also draw shares and throughput as SVG, into this file.", valueName: "FILE"))
    var plot: String?

    func validate() throws {
        guard repetitions >= 1 else { throw ValidationError("--repeat may be 1 or more.") }
        guard clients.allSatisfy({ (1...1024).contains($0) }) else {
            throw ValidationError("--clients may be 1 to 1024.")
        }
        guard (0...86_400).contains(seconds) else { throw ValidationError("--seconds may be 0 to 86400.") }
    }

    func run() async throws {
        let settings = try Settings.load()
        let runtime = try Runtime.load().version
        let (loaded, bench, load) = try await options.load(
            settings, again: parts.contains(.load) ? repetitions : 0)

        var report = BenchReport(
            model: loaded.description, tokens: options.tokens, repetitions: repetitions,
            compiledBytes: loaded.model.compiledModel?.byteCount ?? 0, runtime: runtime)
        if parts.contains(.load) { report.load = load }
        try measure(parts.ways, bench, loaded.model, &report)
        if parts.contains(.concurrency) {
            report.clients = try await concurrency(bench, settings, picture: try options.bytes(loaded.preparation))
        }

        if let plot { try write(BenchPlot(report).svg, to: plot) }
        print(json ? try jsonLine(report) : report.table)
    }

    /// Adds the medians of all ways, which take turns, and their shares of the machine's limits. These are a processor's: what
    /// runs elsewhere gets no share.
    private func measure(
        _ ways: [CaptionWay], _ bench: CaptionBench, _ model: any VisionLanguageModel, _ report: inout BenchReport
    ) throws {
        let hasLimits = parts.contains(.roofline)
        if ways.isEmpty, hasLimits { report.limits = [.measure()] }
        let work = hasLimits && report.model.placement.device == "cpu" ? try model.work() : nil
        let progress = ProgressLine("Measuring captions")
        var turns = Array(repeating: [(turn: CaptionTurn, limits: MachineLimits?)](), count: ways.count)
        for round in 0...repetitions {
            for (index, way) in ways.enumerated() {
                // The first round warms up.
                let limits = hasLimits && round > 0 ? MachineLimits.measure() : nil
                let turn = try bench.turn(way)
                if round > 0 { turns[index].append((turn, limits)) }
                let done = round * ways.count + index + 1
                progress.update(Double(done) / Double((repetitions + 1) * ways.count))
            }
        }
        report.limits += turns.joined().compactMap(\.limits)
        report.ways = zip(ways, turns).map { way, turns in
            var measured = BenchReport.MeasuredWay(way: way, turn: .median(of: turns.map(\.turn)))
            if let work {
                measured.shares = StageShare.all(
                    turns.compactMap { turn, limits in limits.map { (turn, $0) } },
                    work.stages(pictures: way.pictures, beams: way.beams))
            }
            return measured
        }
    }

    private func concurrency(
        _ bench: CaptionBench, _ settings: Settings, picture: [UInt8]
    ) async throws -> [ClientsMeasurement] {
        let progress = ProgressLine("Measuring clients")
        let captioner = try await bench.captioner(settings, name: options.options.model ?? settings.modelID)
        var measurements: [ClientsMeasurement] = []
        for (index, count) in clients.enumerated() {
            measurements.append(
                try await .take(
                    count, of: captioner, picture: picture, options: bench.captionOptions, seconds: seconds))
            progress.update(Double(index + 1) / Double(clients.count))
        }
        return measurements
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

extension CaptionTurn {
    /// The medians of each stage.
    fileprivate static func median(of turns: [CaptionTurn]) -> CaptionTurn {
        let names = turns.first?.stages.map(\.name) ?? []
        return CaptionTurn(
            stages: names.map { name in (name, turns.map { $0[name] }.median) }, total: turns.map(\.total).median)
    }
}

/// What `bench` measures, part by part.
enum BenchPart: String, CaseIterable {
    case load, stages, beams, batches, concurrency, roofline

    /// The ways of captioning that belong to the part.
    var ways: [CaptionWay] {
        switch self {
        case .stages: [CaptionWay(pictures: 1, beams: 1)]
        case .beams: [3, 5].map { CaptionWay(pictures: 1, beams: $0) }
        case .batches: [2, 4, 8].map { CaptionWay(pictures: $0, beams: 1) }
        case .load, .concurrency, .roofline: []
        }
    }
}

/// Some parts, as the command line names them: `stages,beams`.
struct BenchParts: ExpressibleByArgument {
    static let all = BenchParts(parts: BenchPart.allCases)
    static let names = BenchPart.allCases.map(\.rawValue).joined(separator: ",")

    let parts: [BenchPart]

    private init(parts: [BenchPart]) {
        self.parts = parts
    }

    /// Nothing where a name is none of a part's, or none is named.
    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let parts = names.compactMap(BenchPart.init)
        guard parts.count == names.count else { return nil }
        self.init(parts: parts)
    }

    var defaultValueDescription: String { Self.names }

    func contains(_ part: BenchPart) -> Bool { parts.contains(part) }

    /// The ways of captioning of all parts, in the parts' own order.
    var ways: [CaptionWay] { BenchPart.allCases.filter(contains).flatMap(\.ways) }
}
