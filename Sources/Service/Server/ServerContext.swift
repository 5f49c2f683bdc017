import Hummingbird
import Logging
import NIOCore
import Observability

/// What travels with one request: its logger, its id and its connection.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that the request came through.
    let channel: any Channel
    /// The id that the answer and every log line of this request carry.
    private(set) var requestID = ""
    /// What the outermost layer will tell of this request.
    let record = RequestRecord()

    /// Which of the server's keys the client has shown, counted from 0.
    var keyNumber: Int?
    /// Whether answers name the files of songs, which lie on the machines of whoever runs this; ``OriginMiddleware`` says.
    var showsPaths = false

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Gives the request its id. Hummingbird's key is used, so that its own log lines carry the same one.
    mutating func identify(as requestID: String) {
        self.requestID = requestID
        record.note(requestID: requestID)
        logger[metadataKey: JSONLogHandler.requestIDKey] = "\(requestID)"
    }
}
