import Blip2
public import Logging

/// How the program runs: what the environment says, over what `.env` says, over the defaults written here.
public struct Settings: Sendable, Equatable {
    /// The address to listen on.
    public var host = "0.0.0.0"
    /// The port to listen on; 0 lets the system choose.
    public var port = 8000
    /// A folder that holds a checkpoint.
    public var modelID = "Models/demo"
    /// The folder for compiled models.
    public var modelCacheDirectory = "./models"
    /// The arithmetic of the networks: `auto`, or the name of a `Precision`.
    public var precision = "auto"
    /// Whether a GPU is used where there is one.
    public var usesGPU = true
    /// The most bytes that a picture may have.
    public var maxImageSize = 10_485_760
    /// How many pictures are read at the same time.
    public var maxWorkers = 2
    /// How long a request may take.
    public var requestTimeout = Duration.seconds(30)
    /// The least level that is logged.
    public var logLevel = Logger.Level.info
    /// Whether everything is logged, whatever ``logLevel`` says.
    public var isDebug = false

    /// Makes the defaults.
    public init() {}

    /// Every setting: its name in the environment, where it goes, and what it may be.
    static let table: [Setting] = [
        Setting("HOST", \.host, .text),
        Setting("PORT", \.port, .integer(in: 0...65_535)),
        Setting("MODEL_ID", \.modelID, .text),
        Setting("MODEL_CACHE_DIR", \.modelCacheDirectory, .text),
        Setting("PRECISION", \.precision, .word(Precision.settings)),
        Setting("USE_GPU", \.usesGPU, .flag),
        Setting("MAX_IMAGE_SIZE", \.maxImageSize, .integer(in: 1...1_073_741_824)),
        Setting("MAX_WORKERS", \.maxWorkers, .integer(in: 1...64)),
        Setting("REQUEST_TIMEOUT", \.requestTimeout, .seconds(in: 0.1...86_400)),
        Setting("LOG_LEVEL", \.logLevel, .choice(logLevels)),
        Setting("DEBUG", \.isDebug, .flag),
    ]

    private static let logLevels: KeyValuePairs<String, Logger.Level> = [
        "TRACE": .trace, "DEBUG": .debug, "INFO": .info, "NOTICE": .notice, "WARNING": .warning, "WARN": .warning,
        "ERROR": .error, "CRITICAL": .critical,
    ]
}

/// One line of the table of settings.
struct Setting: Sendable {
    /// The name in the environment.
    let name: String
    /// Reads a text into the settings.
    let read: @Sendable (String, inout Settings) throws(PipelineError) -> Void

    init<Value>(
        _ name: String, _ field: any WritableKeyPath<Settings, Value> & Sendable, _ kind: SettingKind<Value>
    ) {
        self.name = name
        read = { (text, settings) throws(PipelineError) in
            guard let value = kind.parse(text) else {
                throw PipelineError(
                    .invalidSetting, "The setting \(name) is \"\(text)\"; it may be \(kind.expectation).")
            }
            settings[keyPath: field] = value
        }
    }
}
