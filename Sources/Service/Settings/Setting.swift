/// One line of the table of settings.
struct Setting: Sendable {
    /// The name in the environment.
    let name: String
    /// Whether its value must not be shown.
    let isSecret: Bool
    /// What the text may be, as it ends the sentence "it may be …".
    let expectation: String
    /// Reads a text into the settings. An error says where the text was found.
    let read: @Sendable (String, LoadedSettings.Origin, inout Settings) throws(SettingsError) -> Void
    /// The value, as one would write it; a secret is masked.
    let show: @Sendable (Settings) -> String

    init<Value>(
        _ name: String, _ field: any WritableKeyPath<Settings, Value> & Sendable, _ kind: SettingKind<Value>,
        isSecret: Bool = false
    ) {
        self.name = name
        self.isSecret = isSecret
        expectation = kind.expectation
        read = { (text, origin, settings) throws(SettingsError) in
            guard let value = kind.parse(text) else {
                let place = if case .file = origin { " (\(origin))" } else { "" }
                let shown = isSecret ? Self.mask : Self.quoted(text)
                throw SettingsError(
                    .invalidSetting, "The setting \(name) is \(shown)\(place); it may be \(kind.expectation).")
            }
            settings[keyPath: field] = value
        }
        show = { settings in
            let value = settings[keyPath: field]
            let text = kind.show(value)
            if text.isEmpty { return "(none)" }
            guard isSecret else { return text }
            guard let keys = value as? [String] else { return Self.mask }
            return "\(Self.mask) (\(keys.count) \(keys.count == 1 ? "key" : "keys"))"
        }
    }

    /// What stands in place of a secret; as long for a short one as for a long one.
    private static let mask = "********"

    /// A text between quotation marks, on one line and not a long one, whatever it holds.
    private static func quoted(_ text: String) -> String {
        text.count > 100 ? String(text.prefix(100)).debugDescription + "…" : text.debugDescription
    }
}
