public import Checkpoint

extension ConfigurationFile {
    /// A file of this text, as errors call it "/models/m/config.json".
    public static func example(_ text: String) throws -> ConfigurationFile {
        try ConfigurationFile(text: text, path: "/models/m/config.json")
    }
}
