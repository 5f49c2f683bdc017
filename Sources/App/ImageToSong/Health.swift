import ArgumentParser
import Console
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Settings

/// Asks a running server how it is: for health checks where there is no curl.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks a running server whether it can caption.",
        discussion: "The exit status is 0 if the server answers 200, and 1 if not, as container health checks expect.")

    @Argument(
        help: ArgumentHelp(
            "The http address to ask. By default /health of the server on this machine that the settings describe.",
            valueName: "URL"))
    var url: String?

    @Option(help: "How many seconds to wait for the answer.")
    var timeout = 5.0

    func validate() throws {
        guard (0.1...3600).contains(timeout) else { throw ValidationError("--timeout may be 0.1 to 3600 seconds.") }
        if let url, HealthTarget(url) == nil {
            throw ValidationError("\(url) is no address such as http://127.0.0.1:8000/health.")
        }
    }

    func run() async throws {
        let target = try url.flatMap(HealthTarget.init) ?? HealthTarget(Settings.load())
        let status: HTTPResponseStatus
        do {
            status = try await answer(of: target)
        } catch is CancellationError {
            throw CommandError("\(target) gave no answer within \(timeout) seconds.")
        } catch {
            throw CommandError("\(target) cannot be reached: \(Self.reason(error))")
        }
        guard status == .ok else { throw CommandError("\(target) answers \(status.code) \(status.reasonPhrase).") }
        print("\(target) answers 200 OK.")
    }

    /// Why a connection was not made, as the system puts it.
    private static func reason(_ error: any Error) -> String {
        let first = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        return (first as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(first)"
    }

    /// The status of the answer.
    ///
    /// - Throws: `CancellationError` where it takes too long.
    private func answer(of target: HealthTarget) async throws -> HTTPResponseStatus {
        try await withThrowingTaskGroup(of: HTTPResponseStatus.self) { group in
            group.addTask { try await target.status(connectingWithin: .milliseconds(Int64(timeout * 1000))) }
            group.addTask {
                try await Task.sleep(for: .seconds(timeout))
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .internalServerError
        }
    }
}

/// A server, and what to ask it.
struct HealthTarget: Sendable, CustomStringConvertible {
    let host: String
    let port: Int
    let path: String

    /// Nothing for what is no `http://host[:port][/path]`.
    init?(_ url: String) {
        guard let parts = URLComponents(string: url), parts.scheme?.lowercased() == "http", let host = parts.host,
            !host.isEmpty, parts.user == nil
        else { return nil }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? 80
        path =
            (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath)
            + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    /// The health of the server that these settings describe, on this machine.
    init(_ settings: Settings) {
        let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1"]
        host = everywhere[settings.host] ?? settings.host
        port = settings.port
        path = "/health"
    }

    var description: String { "http://\(authority)\(path)" }

    private var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The status of the answer to a `GET`.
    ///
    /// - Parameter patience: how long making the connection may take: cancelling the task does not end that.
    func status(connectingWithin patience: TimeAmount) async throws -> HTTPResponseStatus {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(patience)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { answers, request in
            let headers: HTTPHeaders = ["Host": authority, "Connection": "close", "User-Agent": Release.name]
            try await request.write(
                .head(HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)))
            try await request.write(.end(nil))
            for try await case .head(let head) in answers { return head.status }
            throw CommandError("it closed the connection without an answer.")
        }
    }
}
