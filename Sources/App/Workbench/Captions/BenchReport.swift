import Captioning
import Foundation
import ONNXRuntime
import Serving
import Settings

/// Everything that one run of `bench` measured, on one machine.
struct BenchReport: Encodable {
    let model: ModelDescription
    /// New tokens of each caption.
    let tokens: Int
    /// Turns that each median is of.
    let repetitions: Int
    let compiledBytes: Int
    /// The version of ONNX Runtime.
    let runtime: String
    /// Before each turn: what a machine can do changes with what else runs on it, or beside it in other virtual ones.
    var limits: [MachineLimits] = []
    var load: LoadMeasurement?
    var ways: [MeasuredWay] = []
    var clients: [ClientsMeasurement] = []

    /// A way of captioning, and the medians of its turns.
    struct MeasuredWay: Encodable {
        let way: CaptionWay
        let turn: CaptionTurn
        /// Empty where the machine's limits were not measured.
        var shares: [StageShare] = []

        var captionsPerSecond: Double { Double(way.pictures) / turn.total }

        /// A stage's seconds are called after it, such as `vision_seconds`.
        private struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil

            init(_ name: String) { stringValue = name }
            init(stringValue: String) { self.init(stringValue) }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(way.pictures, forKey: Key("pictures"))
            try container.encode(way.beams, forKey: Key("beams"))
            for stage in turn.stages { try container.encode(stage.seconds, forKey: Key("\(stage.name)_seconds")) }
            try container.encode(turn.total, forKey: Key("total_seconds"))
            try container.encode(captionsPerSecond, forKey: Key("captions_per_second"))
            if !shares.isEmpty { try container.encode(shares, forKey: Key("shares")) }
        }
    }

    enum CodingKeys: String, CodingKey {
        case version, model, architecture, parameters, precision, device, cores, instructions, tokens, roofline, load,
            ways, concurrency
        case repetitions = "repeat"
        case compiledBytes = "compiled_bytes"
        case runtime = "onnxruntime"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Release.version, forKey: .version)
        try container.encode(model.name, forKey: .model)
        try container.encode(model.architecture, forKey: .architecture)
        try container.encode(model.parameters, forKey: .parameters)
        try container.encode(model.placement.precision, forKey: .precision)
        try container.encode(model.placement.device, forKey: .device)
        try container.encode(MachineLimits.coreCount, forKey: .cores)
        try container.encode(MachineLimits.kernelName, forKey: .instructions)
        try container.encode(runtime, forKey: .runtime)
        try container.encode(tokens, forKey: .tokens)
        try container.encode(repetitions, forKey: .repetitions)
        try container.encode(compiledBytes, forKey: .compiledBytes)
        if !limits.isEmpty { try container.encode(limits.map(Roofline.init), forKey: .roofline) }
        try container.encodeIfPresent(load, forKey: .load)
        if !ways.isEmpty { try container.encode(ways, forKey: .ways) }
        if !clients.isEmpty { try container.encode(clients, forKey: .concurrency) }
    }

    private struct Roofline: Encodable {
        let integerPeak: Double
        let bandwidth: Double

        init(_ limits: MachineLimits) {
            integerPeak = limits.integerOperationsPerSecond
            bandwidth = limits.readBytesPerSecond
        }

        enum CodingKeys: String, CodingKey {
            case integerPeak = "int8_operations_per_second"
            case bandwidth = "read_bytes_per_second"
        }
    }
}

/// The report as tables for a terminal.
extension BenchReport {
    var table: String {
        ([heading] + [machineTable, loadTable, waysTable, sharesTable, clientsTable].compactMap(\.self))
            .joined(separator: "\n\n")
    }

    private var heading: String {
        let placement = model.placement
        return """
            \(model.name): \(model.architecture), \(Self.digits(Double(model.parameters) / 1e6, 1)) million weights, \
            \(placement.precision), compiled to \(Self.digits(Double(compiledBytes) / 1e6, 1)) MB
            \(placement.device), \(MachineLimits.coreCount) cores, \(MachineLimits.kernelName), ONNX Runtime \(runtime)
            \(tokens) new tokens a caption; medians of \(repetitions) turns
            """
    }

    private var machineTable: String? {
        guard !limits.isEmpty else { return nil }
        let peaks = limits.map(\.integerOperationsPerSecond)
        let reads = limits.map(\.readBytesPerSecond)
        var table = TextTable(["The machine's limits", "int8 GOP/s", "read GB/s"])
        for (name, peak, read) in [
            ("median", peaks.median, reads.median), ("least", peaks.min() ?? .nan, reads.min() ?? .nan),
            ("most", peaks.max() ?? .nan, reads.max() ?? .nan),
        ] {
            table.add([name, Self.digits(peak / 1e9, 1), Self.digits(read / 1e9, 1)])
        }
        return table.text
    }

    private var loadTable: String? {
        guard let load else { return nil }
        var table = TextTable(["Loading", ""])
        if let seconds = load.compileSeconds { table.add(["compiling first, s", Self.digits(seconds, 2)]) }
        table.add(["the compiled model, s", Self.digits(load.seconds, 3)])
        if let seconds = load.againSeconds { table.add(["the same again, s", Self.digits(seconds, 3)]) }
        table.add(["the first caption, s", Self.digits(load.firstCaptionSeconds, 3)])
        if let memory = load.memory {
            let lines = [
                ("resident then, MB", memory.all), ("its own (RssAnon), MB", memory.anonymous),
                ("mapped files (RssFile), MB", memory.file), ("at most (VmHWM), MB", memory.peak),
            ]
            for (name, bytes) in lines { table.add([name, Self.digits(Double(bytes) / 1e6, 1)]) }
        }
        return table.text
    }

    private var waysTable: String? {
        guard let first = ways.first else { return nil }
        var table = TextTable(
            ["Captions"] + first.turn.stages.map { "\($0.name) ms" } + ["all ms", "captions/s"])
        for way in ways {
            let times = way.turn.stages.map(\.seconds) + [way.turn.total]
            table.add([way.way.name] + times.map(Self.milliseconds) + [Self.digits(way.captionsPerSecond, 2)])
        }
        return table.text
    }

    private var sharesTable: String? {
        guard let first = ways.first, !first.shares.isEmpty else { return nil }
        var table = TextTable([first.way.name, "GOP", "MB read", "ms", "least ms", "share %", "held back by"])
        for share in first.shares {
            table.add([
                share.stage, Self.digits(Double(share.operations) / 1e9, 3), Self.digits(Double(share.bytes) / 1e6, 1),
                Self.milliseconds(share.seconds), (share.atBest?.seconds).map(Self.milliseconds) ?? "–",
                (share.atBest?.share).map { Self.digits($0 * 100, 1) } ?? "–", share.atBest?.bound.rawValue ?? "–",
            ])
        }
        return table.text
    }

    private var clientsTable: String? {
        guard !clients.isEmpty else { return nil }
        var table = TextTable(["Clients", "captions", "captions/s", "median s", "of it waiting s"])
        for row in clients {
            table.add([
                String(row.clients), String(row.captions), Self.digits(row.captionsPerSecond, 2),
                Self.digits(row.medianSeconds, 3), Self.digits(row.medianWaitSeconds, 3),
            ])
        }
        return table.text
    }

    private static func milliseconds(_ seconds: Double) -> String {
        let value = seconds * 1000
        return digits(value, value < 10 ? 3 : 1)
    }

    static func digits(_ value: Double, _ count: Int) -> String {
        String(format: "%.\(count)f", value)
    }
}
