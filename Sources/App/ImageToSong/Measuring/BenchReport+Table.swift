import Captioning
import Foundation
import ONNXRuntime
import Pipeline

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
        guard !ways.isEmpty else { return nil }
        var table = TextTable([
            "Captions", "vision ms", "Q-Former ms", "prefill ms", "step ms", "all ms", "captions/s",
        ])
        for way in ways {
            let turn = way.turn
            let times = [turn.vision, turn.qFormer, turn.prefill, turn.step, turn.total]
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
