import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOSSL

/// Requests to the Hub and to where it redirects, one attempt at a time.
struct HubClient: Sendable {
    private static let mostRedirects = 5

    let environment: HubEnvironment
    let userAgent: String
    private let http: HTTPClient

    /// Runs a piece of work with a client whose connections are closed behind it.
    static func with<Value: Sendable>(
        _ environment: HubEnvironment, _ options: HubOptions, _ work: (HubClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, decompression: .enabled(limit: .none))
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = TimeAmount(options.connectTimeout)
        configuration.timeout.read = TimeAmount(environment.patience)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.parallelism
        configuration.proxy = environment.proxy.flatMap { proxy in
            let user = proxy.user(percentEncoded: false).map { name in
                HTTPClient.Authorization.basic(username: name, password: proxy.password(percentEncoded: false) ?? "")
            }
            return proxy.host.map { .server(host: $0, port: proxy.port ?? 3128, authorization: user) }
        }
        // The system's own authorities stay trusted.
        var security = TLSConfiguration.makeClientConfiguration()
        if let certificates = environment.certificates {
            security.additionalTrustRoots = [.file(certificates.path)]
        }
        configuration.tlsConfiguration = security
        let client = HubClient(
            environment: environment, userAgent: options.userAgent,
            http: HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration))
        let result: Result<Value, any Error>
        do {
            result = .success(try await work(client))
        } catch {
            result = .failure(error)
        }
        try? await client.http.shutdown()
        return try result.get()
    }

    /// An address below the Hub's own.
    func url(_ path: String) throws(HubError) -> URL {
        guard let url = URL(string: environment.endpoint.absoluteString + path) else {
            throw HubError(.invalidEnvironment, "HF_ENDPOINT gives no address with \(path).")
        }
        return url
    }

    /// An answer, and the address that gave it.
    struct Answer {
        let url: URL
        let response: HTTPClientResponse
        /// The commit that it names, or that a redirect on the way to it named.
        let commit: String?

        func header(_ name: String) -> String? { response.headers.first(name: name) }

        var isRedirect: Bool { [301, 302, 303, 307, 308].contains(response.status.code) && header("Location") != nil }
    }

    /// Asks, and follows redirects until `isFinal` holds or there is an answer.
    ///
    /// - Parameter range: which bytes are wanted; nil for all.
    /// - Throws: ``PassingFailure`` for what may pass, such as a lost connection; ``HubError``.
    func send(
        _ method: HTTPMethod, _ url: URL, range: Range<Int>? = nil, isFinal: (Answer) -> Bool = { _ in false }
    ) async throws -> Answer {
        var url = url
        var maySendToken = true
        var commit: String?
        for _ in 0...Self.mostRedirects {
            maySendToken = maySendToken && Origin(url) == Origin(environment.endpoint)
            var request = HTTPClientRequest(url: url.absoluteString)
            request.method = method
            request.headers.add(name: "User-Agent", value: userAgent)
            // What is sent compressed all the same is unpacked; parts of it would be no parts of the file.
            request.headers.add(name: "Accept-Encoding", value: "identity")
            if let range {
                request.headers.add(name: "Range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
            }
            if maySendToken, let token = environment.token {
                request.headers.add(name: "Authorization", value: "Bearer \(token.secret)")
            }
            let response = try await execute(request, url)
            commit = commit ?? response.headers.first(name: "X-Repo-Commit")
            let answer = Answer(url: url, response: response, commit: commit)
            guard answer.isRedirect, !isFinal(answer), let location = answer.header("Location") else { return answer }
            url = try url.redirected(to: location)
        }
        throw HubError(.unexpectedAnswer, "\(url.host ?? "The Hub") redirects again and again.")
    }

    private func execute(_ request: HTTPClientRequest, _ url: URL) async throws -> HTTPClientResponse {
        try await translating(url) { try await http.execute(request, deadline: .distantFuture) }
    }

    /// All bytes of an answer.
    ///
    /// - Parameter subject: what the answer is, as the beginning of a sentence.
    /// - Throws: ``PassingFailure`` for what may pass; `unexpectedAnswer` for an answer of more than `mostBytes`.
    func body(_ answer: Answer, upTo mostBytes: Int, _ subject: String) async throws -> Data {
        do {
            let body = try await translating(answer.url) { try await answer.response.body.collect(upTo: mostBytes) }
            return Data(body.readableBytesView)
        } catch let failure as PassingFailure where failure.error.cause is NIOTooManyBytesError {
            throw HubError(.unexpectedAnswer, "\(subject) has no end; it is not used.")
        }
    }

    /// Does a piece of work that reads from the network, and says in a ``PassingFailure`` or ``HubError`` what failed.
    func translating<Value>(_ url: URL, _ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as PassingFailure {
            throw error
        } catch let error as HubError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw Self.failure(error, url)
        }
    }
}
