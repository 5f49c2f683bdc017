/// Why the settings cannot be used.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// A setting, or a line of a file of settings, cannot be read.
        case invalidSetting = "invalid_setting"
    }

    /// What kind of failure it is.
    public let code: Code
    /// A sentence that names the setting, its value and what it may be, or the file and its line.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
