import HTTPTypes
import NIOHTTP1

extension AccessEntry {
    /// The entry of a request that was refused before the router saw it.
    ///
    /// - Parameter request: its head, where that could be read.
    init(
        refused request: HTTPRequestHead?, status: HTTPResponse.Status, duration: Duration, sentBytes: Int,
        client: String?, facts: RequestRecord.Facts
    ) {
        method = request.flatMap { HTTPRequest.Method($0.method.rawValue) }
        path = request.map { String($0.uri.prefix { $0 != "?" }) }
        route = RequestMetrics.other
        self.status = status
        self.duration = duration
        receivedBytes = nil
        self.sentBytes = sentBytes
        self.client = client
        self.facts = facts
    }
}
