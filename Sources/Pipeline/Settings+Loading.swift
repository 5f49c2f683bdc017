import Configuration
import Imaging
import SystemPackage

extension Settings {
    /// The settings of this process: its environment over the file `.env` over the defaults.
    ///
    /// - Parameter environmentFile: the path of the `.env` file; it may be missing.
    /// - Throws: `invalidSetting`, which names the setting, its value and what it may be.
    public static func load(environmentFile: String = ".env") async throws(PipelineError) -> Settings {
        try await load(environment: EnvironmentVariablesProvider(), environmentFile: environmentFile)
    }

    /// The settings of an environment over those of a `.env` file over the defaults.
    static func load(
        environment: EnvironmentVariablesProvider, environmentFile: String
    ) async throws(PipelineError) -> Settings {
        let file: EnvironmentVariablesProvider
        do {
            file = try await EnvironmentVariablesProvider(
                environmentFilePath: FilePath(environmentFile), allowMissing: true)
        } catch {
            throw PipelineError(
                .invalidSetting, "The file \(environmentFile) cannot be read: make it readable or remove it.",
                cause: error)
        }
        return try Settings(reading: ConfigReader(providers: [environment, file]))
    }

    /// The settings that a reader finds, over the defaults. An empty text counts as a setting that is not there.
    init(reading reader: ConfigReader) throws(PipelineError) {
        self.init()
        for setting in Self.table {
            guard let text = reader.string(forKey: ConfigKey(setting.name)), !text.isEmpty else { continue }
            try setting.read(text, &self)
        }
    }
}

extension Captioner.Configuration {
    /// What the settings say of captions.
    public init(_ settings: Settings) {
        self.init()
        timeout = settings.requestTimeout
        pictureWorkers = settings.maxWorkers
        maxBatchSize = settings.maxBatchSize
        maxQueue = settings.maxQueue
        limits.maximumByteCount = settings.maxImageSize
    }
}
