import AsyncHTTPClient
import Concurrency
import Foundation
import NIOCore
import NIOHTTP1
import Songs

/// The requests to Spotify, one attempt each.
struct SpotifyConnection: Sendable {
    struct Token: Sendable, Equatable {
        let text: String
        /// From when it was asked for.
        let life: Duration
    }

    let credentials: SpotifyCredentials
    let market: String?
    let endpoints: SpotifyEndpoints
    let limits: SpotifyLimits
    private let client: Client

    init(
        _ credentials: SpotifyCredentials, market: String?, _ endpoints: SpotifyEndpoints, _ limits: SpotifyLimits
    ) {
        self.credentials = credentials
        self.market = market
        self.endpoints = endpoints
        self.limits = limits
        client = Client(limits)
    }

    func shutdown() async {
        try? await client.http.shutdown()
    }

    func token() async throws(SpotifyFailure) -> Token {
        var request = HTTPClientRequest(url: "\(endpoints.accounts)/api/token")
        request.method = .POST
        let pair = Data("\(credentials.clientID):\(credentials.clientSecret)".utf8).base64EncodedString()
        request.headers.add(name: "Authorization", value: "Basic \(pair)")
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: "grant_type=client_credentials"))
        let answer = try decode(SpotifyTokenAnswer.self, try await send(request, isToken: true))
        guard !answer.token.isEmpty, answer.token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), answer.seconds > 0
        else { throw .broken }
        return Token(text: answer.token, life: .seconds(min(answer.seconds, 86_400)))
    }

    func search(_ query: String, _ token: Token) async throws(SpotifyFailure) -> [SpotifyTrack] {
        var url = "\(endpoints.api)/v1/search?type=track&limit=\(max(1, min(limits.rows, 10)))"
        if let market { url += "&market=\(PercentEncoding.encode(market))" }
        var request = HTTPClientRequest(url: url + "&q=\(PercentEncoding.encode(query))")
        request.headers.add(name: "Authorization", value: "Bearer \(token.text)")
        return try decode(SpotifySearchAnswer.self, try await send(request, isToken: false)).tracks.items.compactMap(
            \.self)
    }

    private func send(_ request: HTTPClientRequest, isToken: Bool) async throws(SpotifyFailure) -> ByteBuffer {
        var request = request
        request.headers.add(name: "Accept", value: "application/json")
        let asked = request
        let (response, body): (HTTPClientResponse, ByteBuffer)
        do {
            (response, body) = try await withDeadline(limits.lookupDeadline, orThrow: SpotifyFailure.broken) {
                [client, limits] in
                let response = try await client.http.execute(asked, deadline: .distantFuture)
                return (response, try await response.body.collect(upTo: limits.mostBytes))
            }
        } catch {
            throw .broken
        }
        guard response.status != .ok else { return body }
        throw SpotifyFailure(
            status: response.status.code, retryAfter: response.headers.first(name: "Retry-After"), body: body,
            isToken: isToken)
    }

    private func decode<Value: Decodable>(_: Value.Type, _ body: ByteBuffer) throws(SpotifyFailure) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(body.readableBytesView))
        } catch {
            throw .broken
        }
    }

    /// Closes the connections with the last one who may use them.
    private final class Client: Sendable {
        let http: HTTPClient

        init(_ limits: SpotifyLimits) {
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
            configuration.httpVersion = .http1Only
            let patience = TimeAmount.nanoseconds(Int64(limits.lookupDeadline / .nanoseconds(1)))
            configuration.timeout.connect = patience
            configuration.timeout.read = patience
            configuration.connectionPool.retryConnectionEstablishment = false
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, limits.parallelism)
            http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }

        deinit {
            // The task holds the client until it is shut, as it must be before it goes.
            Task { [http] in try? await http.shutdown() }
        }
    }
}
