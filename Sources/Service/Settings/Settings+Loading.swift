public import Configuration
import Imaging

extension Settings {
    /// The settings of this process: its environment over the file `.env` over the defaults.
    ///
    /// - Parameter environmentFile: the path of the `.env` file; it may be missing.
    /// - Throws: `invalidSetting`, which names the setting, its value and what it may be, or the file and its line.
    public static func load(environmentFile: String = ".env") throws(SettingsError) -> Settings {
        try LoadedSettings.load(environmentFile: environmentFile).settings
    }
}

/// The settings as they were found: where each comes from, and what the person who set them should know.
public struct LoadedSettings: Sendable, Equatable {
    /// Where the value of a setting comes from.
    public enum Origin: Sendable, Equatable, CustomStringConvertible {
        case environment
        case file(String, line: Int)
        case byDefault

        public var description: String {
            switch self {
            case .environment: "environment"
            case .file(let path, let line): "\(path), line \(line)"
            case .byDefault: "default"
            }
        }
    }

    /// The settings.
    public private(set) var settings = Settings()
    /// Sentences about what is probably a mistake, but stops nothing.
    public private(set) var warnings: [String] = []
    /// Where each setting that is not a default comes from, by its name.
    private var origins: [String: Origin] = [:]

    /// The settings of an environment, this process's own by default, over those of a `.env` file over the defaults.
    ///
    /// An empty value counts as none, wherever it stands.
    /// - Throws: `invalidSetting`, which names the setting, its value and what it may be, or the file and its line.
    public static func load(
        environment: EnvironmentVariablesProvider = EnvironmentVariablesProvider(), environmentFile: String = ".env"
    ) throws(SettingsError) -> LoadedSettings {
        let file = try EnvironmentFile(path: environmentFile)
        let entries = file.effective
        let first = ConfigReader(provider: environment)
        let second = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: entries.mapValues(\.value)))
        var loaded = LoadedSettings()
        for setting in Settings.table {
            if let text = first.text(setting) {
                try loaded.read(text, setting, .environment)
            } else if let text = second.text(setting), let line = entries[setting.name]?.line {
                try loaded.read(text, setting, .file(file.path, line: line))
            }
        }
        loaded.warnings = file.warnings + loaded.settings.warnings
        return loaded
    }

    /// Whether the environment says something of a setting, be it the default. What stands in the file does not count: a
    /// copy of `.env.example` has all of them.
    public func isInEnvironment(_ name: String) -> Bool { origins[name] == .environment }

    private mutating func read(_ text: String, _ setting: Setting, _ origin: Origin) throws(SettingsError) {
        try setting.read(text, origin, &settings)
        origins[setting.name] = origin
    }

    /// Every setting on a line: its name, its value and where that comes from, in columns. Secrets are masked.
    public var table: String {
        let rows =
            [("SETTING", "VALUE", "FROM")]
            + Settings.table.map { ($0.name, $0.show(settings), (origins[$0.name] ?? .byDefault).description) }
        let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
        return rows.map { name, value, origin in
            name.padding(to: widths.0) + "  " + value.padding(to: widths.1) + "  " + origin + "\n"
        }.joined()
    }
}

extension ConfigReader {
    /// What is written for a setting; nil for nothing, or nothing but an empty text.
    fileprivate func text(_ setting: Setting) -> String? {
        let text = string(forKey: ConfigKey(setting.name), isSecret: setting.isSecret)
        return text == "" ? nil : text
    }
}

extension String {
    /// The text with as many spaces behind it as make it `width` characters.
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
