import Captioning
import Foundation
import ONNXRuntime
import Pipeline

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

        enum CodingKeys: String, CodingKey {
            case pictures, beams, shares
            case vision = "vision_seconds"
            case qFormer = "qformer_seconds"
            case prefill = "prefill_seconds"
            case step = "step_seconds"
            case total = "total_seconds"
            case captionsPerSecond = "captions_per_second"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(way.pictures, forKey: .pictures)
            try container.encode(way.beams, forKey: .beams)
            try container.encode(turn.vision, forKey: .vision)
            try container.encode(turn.qFormer, forKey: .qFormer)
            try container.encode(turn.prefill, forKey: .prefill)
            try container.encode(turn.step, forKey: .step)
            try container.encode(turn.total, forKey: .total)
            try container.encode(captionsPerSecond, forKey: .captionsPerSecond)
            if !shares.isEmpty { try container.encode(shares, forKey: .shares) }
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
