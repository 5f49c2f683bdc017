public import Pipeline

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
    /// How long a caption may take, and how long an upload may stand still.
    public var requestTimeout: Duration

    /// Takes from the settings what concerns the server.
    public init(_ settings: Settings) {
        host = settings.host
        port = settings.port
        modelName = settings.modelID
        maxImageBytes = settings.maxImageSize
        requestTimeout = settings.requestTimeout
    }

    /// The form that `POST /caption/generate` takes.
    var captionForm: Form.Layout {
        Form.Layout(fileField: "image", textFields: CaptionOptions.formFields, maxFileBytes: maxImageBytes)
    }

    /// How long a connection may do nothing: longer than a request may, so that a silent upload gets its answer first.
    var idleTimeout: Duration { max(.seconds(75), requestTimeout + .seconds(15)) }
}
