import ArgumentParser
import Blip2
import Captioning
import Foundation
import Networks
import ONNXRuntime
import Pipeline

struct BenchCaption: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption",
        abstract: "Measures captions: loading, stages, beams, batches, clients, beside the machine's own limits.",
        discussion: """
            What `bench` does where no other subcommand is named. Every figure is the median of several turns after a warm-up; \
            the ways of captioning take turns. The machine's limits, the peak of 8-bit arithmetic and the bandwidth of \
            reading, are measured before each turn, and each stage is shown as a share of what they allowed.

            Parts: load (seconds and memory), stages (one picture), beams (3 and 5), batches (2, 4 and 8 pictures), \
            concurrency (clients of the same queue that the server has), roofline.
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("What to measure.", valueName: "PART,…"))
    var parts = BenchParts.all

    @Option(name: .customLong("repeat"), help: "How often each way takes its turn.")
    var repetitions = 5

    @Option(help: "How many clients ask at a time, one measurement for each.")
    var clients: [Int] = [1, 2, 4, 8, 16]

    @Option(help: "Seconds that each number of clients asks for.")
    var seconds = 10.0

    @Flag(help: "One JSON object instead of tables.")
    var json = false

    @Option(help: ArgumentHelp("Draws shares and throughput as SVG, too.", valueName: "FILE"))
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
            compiledBytes: loaded.model.compiled.byteCount, runtime: runtime)
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
        _ ways: [CaptionWay], _ bench: CaptionBench, _ model: Blip2Model, _ report: inout BenchReport
    ) throws {
        let hasLimits = parts.contains(.roofline)
        if ways.isEmpty, hasLimits { report.limits = [.measure()] }
        let work = hasLimits && report.model.placement.device == "cpu" ? try ModelWork(model) : nil
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
        CaptionTurn(
            vision: turns.map(\.vision).median, qFormer: turns.map(\.qFormer).median,
            prefill: turns.map(\.prefill).median, step: turns.map(\.step).median, total: turns.map(\.total).median)
    }
}
