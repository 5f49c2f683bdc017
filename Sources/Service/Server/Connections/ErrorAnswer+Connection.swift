import HTTPTypes
import NIOCore
import NIOHTTP1
import Settings

extension ErrorAnswer {
    /// The answer as the last one of a connection, for a request that never reached the router.
    func lastWords(requestID: String) throws -> (HTTPResponseHead, ByteBuffer) {
        let body = try ByteBuffer(json: problem(requestID: requestID))
        var fields = headers
        fields[.contentType] = Problem.contentType
        fields[.contentLength] = "\(body.readableBytes)"
        fields[.connection] = "close"
        fields[.requestID] = requestID
        fields[.date] = WireFormat.httpDate()
        fields[.server] = Release.name
        fields[.xContentTypeOptions] = "nosniff"
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase),
            headers: HTTPHeaders(fields.map { ($0.name.rawName, $0.value) }))
        return (head, body)
    }
}
