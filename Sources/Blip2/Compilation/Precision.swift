/// The arithmetic that a compiled model uses; chosen when the graphs are written.
public enum Precision: String, Sendable, CaseIterable, Codable {
    /// 32-bit floats: the reference.
    case fp32

    /// Reads a setting: the name of a precision, or `auto` for the one that suits the device.
    /// - Throws: ``Blip2Error`` with the names that are possible.
    public init(setting: String) throws(Blip2Error) {
        if setting == "auto" {
            self = .fp32
        } else if let precision = Precision(rawValue: setting) {
            self = precision
        } else {
            let names = Precision.settings.joined(separator: ", ")
            throw Blip2Error(.invalidOption, "There is no precision \"\(setting)\"; it may be one of: \(names).")
        }
    }

    /// Everything that a setting may be.
    public static let settings = ["auto"] + allCases.map(\.rawValue)
}
