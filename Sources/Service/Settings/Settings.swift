import Devices
public import Imaging
public import Logging

/// How the program runs: what the environment says, over what `.env` says, over the defaults written here.
public struct Settings: Sendable, Equatable {
    /// The address to listen on.
    public var host = "0.0.0.0"
    /// The port to listen on; 0 lets the system choose.
    public var port = 8000
    /// A folder that holds a checkpoint, or the name of one on the Hub.
    public var modelID = "Models/demo"
    /// The folder for compiled models, and for those from the Hub unless HF_HUB_CACHE or HF_HOME names another.
    public var modelCacheDirectory = "./models"
    /// The arithmetic of the networks: `auto`, or the name of a `Precision`.
    public var precision = "auto"
    /// Whether a GPU is used where there is one.
    public var usesGPU = true
    /// The most bytes that a picture may have.
    public var maxImageSize = 10_485_760
    /// How many pictures are read at the same time.
    public var maxWorkers = 2
    /// The most bytes of memory that pictures take together while they are decoded.
    public var pictureMemory = 1_073_741_824
    /// Whose rules pictures are read by before the model sees them.
    public var pictureRules = PictureRules.display
    /// How many pictures go through the model together.
    public var maxBatchSize = 4
    /// How many pictures may wait for their captions; one more is refused.
    public var maxQueue = 64
    /// How many pictures one call of `/caption/batch` may bring.
    public var maxBatchImages = 32
    /// The width that `/image/process` fits a picture into.
    public var targetImageWidth = 384
    /// The height that `/image/process` fits a picture into.
    public var targetImageHeight = 384
    /// How long a request may take.
    public var requestTimeout = Duration.seconds(30)
    /// How long a caption is cached; zero for not at all.
    public var captionCacheTTL = Duration.seconds(86_400)
    /// How many bytes of captions are kept in memory.
    public var captionCacheMemory = 16_777_216
    /// How many captions are kept on disk.
    public var captionCacheEntries = 100_000
    /// The catalogue of songs, a file; empty for the one that ``songCatalogueLocation`` finds.
    public var songCatalogue = ""
    /// A CSV file with words and their moods, besides those that are known; empty for none.
    public var moodLexicon = ""
    /// The model that compares captions with songs: a folder, or a name on the Hub; empty for the one that `scripts/setup
    /// --with-embeddings` fetched, if it did.
    public var embeddingModel = ""
    /// The most bytes that an imported list of songs may have.
    public var maxImportSize = 104_857_600
    /// The client of the Spotify Web API that exact tracks are looked up with; empty for none.
    public var spotifyClientID = ""
    /// The secret of that client.
    public var spotifyClientSecret = ""
    /// The country, two letters, that tracks must be available in; empty for any.
    public var spotifyMarket = ""
    /// The origins whose pages may call this server, beside its own; `*` stands for all.
    public var corsOrigins: [String] = []
    /// The names that this server has beside the machine's own; `.example.org` for a name and all below it, `*` for all.
    public var allowedHosts: [String] = []
    /// Whether fields that a call does not know refuse it.
    public var refusesUnknownFields = true
    /// The keys that open this server; without any it is open to all.
    public var apiKeys: [String] = []
    /// How many requests a minute one key or address may make; zero for any number.
    public var rateLimit = 0
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
        Setting("PICTURE_MEMORY", \.pictureMemory, .integer(in: 16_777_216...1_099_511_627_776)),
        Setting("PICTURE_RULES", \.pictureRules, .choice(["display": .display, "transformers": .transformers])),
        Setting("MAX_BATCH_SIZE", \.maxBatchSize, .integer(in: 1...256)),
        Setting("MAX_QUEUE", \.maxQueue, .integer(in: 1...100_000)),
        Setting("MAX_BATCH_IMAGES", \.maxBatchImages, .integer(in: 1...10_000)),
        Setting("TARGET_IMAGE_WIDTH", \.targetImageWidth, .integer(in: 1...16_384)),
        Setting("TARGET_IMAGE_HEIGHT", \.targetImageHeight, .integer(in: 1...16_384)),
        Setting("REQUEST_TIMEOUT", \.requestTimeout, .seconds(in: 0.1...86_400)),
        Setting("CAPTION_CACHE_TTL", \.captionCacheTTL, .seconds(in: 0...315_360_000)),
        Setting("CAPTION_CACHE_MEMORY", \.captionCacheMemory, .integer(in: 0...1_099_511_627_776)),
        Setting("CAPTION_CACHE_ENTRIES", \.captionCacheEntries, .integer(in: 0...1_000_000_000)),
        Setting("SONG_CATALOGUE", \.songCatalogue, .text),
        Setting("MOOD_LEXICON", \.moodLexicon, .text),
        Setting("EMBEDDING_MODEL", \.embeddingModel, .text),
        Setting("MAX_IMPORT_SIZE", \.maxImportSize, .integer(in: 1...1_099_511_627_776)),
        Setting("SPOTIFY_CLIENT_ID", \.spotifyClientID, .text),
        Setting("SPOTIFY_CLIENT_SECRET", \.spotifyClientSecret, .text, isSecret: true),
        Setting("SPOTIFY_MARKET", \.spotifyMarket, .country),
        Setting("CORS_ORIGINS", \.corsOrigins, .origins),
        Setting("ALLOWED_HOSTS", \.allowedHosts, .hosts),
        Setting("STRICT_FIELDS", \.refusesUnknownFields, .flag),
        Setting("API_KEYS", \.apiKeys, .keys, isSecret: true),
        Setting("RATE_LIMIT", \.rateLimit, .integer(in: 0...1_000_000)),
        Setting("LOG_LEVEL", \.logLevel, .choice(logLevels)),
        Setting("DEBUG", \.isDebug, .flag),
    ]

    private static let logLevels: KeyValuePairs<String, Logger.Level> = [
        "TRACE": .trace, "DEBUG": .debug, "INFO": .info, "NOTICE": .notice, "WARNING": .warning, "WARN": .warning,
        "ERROR": .error, "CRITICAL": .critical,
    ]
}
