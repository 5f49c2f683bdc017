public import Networks

extension Precision {
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
