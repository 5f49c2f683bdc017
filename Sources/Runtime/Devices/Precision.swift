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

    /// Whether GPUs compute it; all others are computed on the CPU.
    public var isForGPUs: Bool { self == .fp16 }
}

extension Precision {
    /// Reads a setting: the name of a precision, or `auto` for the one that suits the device.
    /// - Throws: `invalidPrecision`, with the names that are possible.
    public init(setting: String) throws(DeviceError) {
        if setting == "auto" {
            self = .int4
        } else if let precision = Precision(rawValue: setting) {
            self = precision
        } else {
            let names = Precision.settings.joined(separator: ", ")
            throw DeviceError(.invalidPrecision, "There is no precision \"\(setting)\"; it may be one of: \(names).")
        }
    }

    /// Everything that a setting may be.
    public static let settings = ["auto"] + allCases.map(\.rawValue)
}
