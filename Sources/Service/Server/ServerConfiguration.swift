import Captioning
import NIOCore
import Serving
public import Settings

/// What the HTTP server needs to know.
public struct ServerConfiguration: Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 lets the system choose.
    public var port: Int
    /// The model asked for, which `/model/info` names while it is loading.
    public var modelName: String
    /// The most bytes that a picture may have.
    public var maxImageBytes: Int
    /// The most bytes that an imported list may have.
    public var maxImportBytes: Int
    /// How long a caption may take, and how long an upload may stand still.
    public var requestTimeout: Duration

    /// How many pictures one call of `/caption/batch` may bring.
    public var maxBatchImages: Int
    /// How many pictures of one call of `/caption/batch` are captioned at a time.
    public var maxPicturesInFlight: Int
    /// The width and the height that `/image/process` fits a picture into.
    public var targetImageSize: (width: Int, height: Int)
    /// The origins whose pages may call this server; `*` stands for all.
    public var corsOrigins: [String]
    /// The names that this server has beside the machine's own; see ``AllowedHosts``.
    public var allowedHosts: [String]
    /// Whether a field, or a name in a query, that a call does not know refuses the request.
    public var refusesUnknownFields: Bool
    /// The keys that open this server; without any it is open to all.
    public var apiKeys: [String]
    /// How many requests a minute one key or address may make; zero for any number.
    public var rateLimit: Int

    /// Takes from the settings what concerns the server.
    public init(_ settings: Settings) {
        host = settings.host
        port = settings.port
        modelName = settings.modelID
        maxImageBytes = settings.maxImageSize
        requestTimeout = settings.requestTimeout
        maxImportBytes = settings.maxImportSize
        maxBatchImages = settings.maxBatchImages
        maxPicturesInFlight = max(1, min(2 * settings.maxBatchSize, settings.maxQueue))
        targetImageSize = (settings.targetImageWidth, settings.targetImageHeight)
        corsOrigins = settings.corsOrigins
        allowedHosts = settings.allowedHosts + [settings.host.lowercased()]
        refusesUnknownFields = settings.refusesUnknownFields
        apiKeys = settings.apiKeys
        rateLimit = settings.rateLimit
        connections.rateSpan = TimeAmount(settings.requestTimeout)
    }

    /// The form that `POST /caption/generate` and `POST /caption/stream` take.
    var captionForm: Form.Layout {
        Form.Layout(
            fileField: "image", textFields: CaptionOptions.formFields,
            repeatableFields: CaptionOptions.repeatableFields, maxFileBytes: maxImageBytes,
            refusesUnknownFields: refusesUnknownFields)
    }

    /// The form that `POST /caption/batch` takes.
    var batchForm: Form.Layout {
        Form.Layout(
            fileField: "images", textFields: CaptionOptions.formFields,
            repeatableFields: CaptionOptions.repeatableFields, maxFileBytes: maxImageBytes,
            maxFiles: maxBatchImages, refusesUnknownFields: refusesUnknownFields)
    }

    /// The form that `POST /image/process` takes.
    var processForm: Form.Layout {
        Form.Layout(
            fileField: "image", textFields: [], maxFileBytes: maxImageBytes, refusesUnknownFields: refusesUnknownFields)
    }

    /// How long `POST /caption/stream` is silent at most: then a comment goes out, so that nobody on the way takes the
    /// connection for dead.
    var keepAliveInterval = Duration.seconds(10)

    /// What one connection may cost.
    var connections = ConnectionLimits()
}
