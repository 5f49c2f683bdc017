/// The arithmetic that a compiled model uses; chosen when the graphs are written.
public enum Precision: String, Sendable, CaseIterable, Codable {
    /// 32-bit floats: the reference.
    case fp32
    /// 16-bit floats in layers and attention, for GPUs; a CPU computes them slowly.
    case fp16
    /// 8-bit weights and inputs of layers, for CPUs.
    case int8
    /// As ``int8``, with 4-bit weights in the language model's decoder, for CPUs.
    case int4

    /// Reads a setting: the name of a precision, or `auto` for the one that suits the device.
    /// - Throws: ``Blip2Error`` with the names that are possible.
    public init(setting: String) throws(Blip2Error) {
        if setting == "auto" {
            self = .int4
        } else if let precision = Precision(rawValue: setting) {
            self = precision
        } else {
            let names = Precision.settings.joined(separator: ", ")
            throw Blip2Error(.invalidOption, "There is no precision \"\(setting)\"; it may be one of: \(names).")
        }
    }

    /// Everything that a setting may be.
    public static let settings = ["auto"] + allCases.map(\.rawValue)

    /// Whether GPUs compute it; all others are computed on the CPU.
    public var isForGPUs: Bool { self == .fp16 }

    /// How a graph holds the matrices of its layers.
    ///
    /// Pictures pass many rows through each layer, so that arithmetic is what takes time there, and long blocks cost least
    /// of it. The decoder reads all its weights for each token, so that they should be few bytes; short blocks lose less.
    func format(of graph: Blip2Graph) -> WeightFormat {
        switch (self, graph) {
        // transformers keeps the Q-Former so too: `_keep_in_fp32_modules` of `Blip2PreTrainedModel`. It is small.
        case (.fp32, _), (.fp16, .qFormer): .float32
        case (.fp16, _): .float16
        case (_, .vision), (_, .qFormer): .quantized(bits: 8, block: 512)
        case (.int4, .decoder): .quantized(bits: 4, block: 128)
        case (_, .encoder), (_, .decoder), (_, .rows): .quantized(bits: 8, block: 128)
        }
    }
}
