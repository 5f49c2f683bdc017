import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// One request under observation; ends once, at the latest when nobody holds it any more, as when its client went before
/// an answer in pieces began.
final class RequestObservation: Sendable {
    private struct Progress {
        var status = HTTPResponse.Status.internalServerError
        var sentBytes = 0
        var hasEnded = false
    }

    private let began = ContinuousClock.now
    private let request: HTTPRequest
    private let path: String
    private let context: ServerContext
    private let metrics: RequestMetrics
    private let progress = Mutex(Progress())

    /// Begins to observe a request.
    init(of request: Request, context: ServerContext, metrics: RequestMetrics) {
        self.request = request.head
        path = request.uri.path
        self.context = context
        self.metrics = metrics
        metrics.began()
    }

    deinit { end() }

    /// Notes the answer's status; without, it counts as 500.
    func note(status: HTTPResponse.Status) {
        progress.withLock { $0.status = status }
    }

    /// Notes that a part of the answer's body went out.
    func note(sentBytes: Int) {
        progress.withLock { $0.sentBytes += sentBytes }
    }

    /// Counts the request and writes its access line, the first time.
    func end() {
        let progress = progress.withLock { progress in
            let before = progress
            progress.hasEnded = true
            return before
        }
        guard !progress.hasEnded else { return }
        let facts = context.record.facts
        let entry = AccessEntry(
            method: request.method, path: path,
            route: metrics.route(of: path, matched: context.endpointPath), status: progress.status,
            duration: ContinuousClock.now - began,
            receivedBytes: request.headerFields[.contentLength].flatMap { Int($0) }, sentBytes: progress.sentBytes,
            client: context.channel.remoteAddress?.ipAddress, facts: facts)
        metrics.ended(entry)
        entry.write(to: context.logger)
    }
}
