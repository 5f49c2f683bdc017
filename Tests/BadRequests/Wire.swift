import Foundation
public import NIOCore
import NIOPosix

/// A client that speaks to a server byte by byte.
public struct Wire: Sendable {
    private let port: Int

    /// A client of the server on this port of this machine.
    public init(port: Int) {
        self.port = port
    }

    /// How a client goes on once it has sent what it wanted to.
    public enum Manner: Sendable, Equatable {
        /// It reads until the server closes the connection.
        case reads
        /// It says that nothing more comes, and reads.
        case halfCloses
        /// It reads until this text came, and goes.
        case readsUntil(String)
        /// It goes at once.
        case dies
    }

    /// Sends bytes, and returns all that comes back.
    public func exchange(_ bytes: [UInt8], then manner: Manner = .reads) async throws -> String {
        try await connection().executeThenClose { inbound, outbound in
            do {
                try await outbound.write(ByteBuffer(bytes: bytes))
            } catch {
                // The server may have closed already: its answer is there all the same.
            }
            if manner == .dies { return "" }
            if manner == .halfCloses { outbound.finish() }
            var answer = ByteBuffer()
            do {
                for try await piece in inbound {
                    answer.writeImmutableBuffer(piece)
                    if case .readsUntil(let text) = manner, String(buffer: answer).contains(text) { break }
                }
            } catch {
                // A connection that is reset has nothing more to say.
            }
            return String(buffer: answer)
        }
    }

    /// Sends a text, and returns all that comes back.
    public func exchange(_ text: String, then manner: Manner = .reads) async throws -> String {
        try await exchange(Array(text.utf8), then: manner)
    }

    /// Sends a head, and then bytes without end, until the server does not take them any more.
    ///
    /// - Returns: what came back, and how many bytes the server's system took.
    public func flood(_ head: String, atMost limit: Int) async throws -> (answer: String, sent: Int) {
        let connection = try await connection()
        return try await connection.executeThenClose { inbound, _ in
            let sending = Task {
                var sent = 0
                let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 * 1024)
                do {
                    // Past the queue of the asynchronous channel, which would take everything.
                    try await connection.channel.writeAndFlush(ByteBuffer(string: head))
                    while sent < limit {
                        try await connection.channel.writeAndFlush(piece)
                        sent += piece.readableBytes
                    }
                } catch {
                    // That the connection breaks is what is waited for.
                }
                return sent
            }
            var answer = ""
            do {
                for try await piece in inbound { answer += String(buffer: piece) }
            } catch {
                // So it is here.
            }
            return (answer, await sending.value)
        }
    }

    /// Opens a connection and sends nothing.
    public func silentConnection() async throws -> any Channel {
        try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    }

    /// Waits for a connection as long as it takes: NIO's own ten seconds may pass on a busy machine.
    private var bootstrap: ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.hours(24))
    }

    private func connection() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await bootstrap
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
    }
}

/// An answer as it came over the wire.
public struct WireAnswer: CustomStringConvertible {
    /// The status; 0 where there is no answer.
    public let status: Int
    /// The lines of the head behind the first, in lower case.
    public let headers: [String]
    /// The body as a JSON object; empty where it is none.
    public let object: [String: Any]
    public let description: String

    /// Reads the first answer in `text`.
    public init(_ text: String) {
        description = text
        let parts = text.components(separatedBy: "\r\n\r\n")
        let lines = parts[0].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        headers = lines.dropFirst().map { $0.lowercased() }
        let body = parts.dropFirst().first ?? ""
        object = (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
    }

    /// The code of a problem document.
    public var code: String? { object["code"] as? String }

    /// Whether this is a problem document, with all that belongs to one.
    public var isProblem: Bool {
        headers.contains("content-type: application/problem+json") && object["status"] as? Int == status
            && object["type"] is String && object["title"] is String && object["request_id"] is String
            && (object["detail"] as? String)?.hasSuffix(".") == true
    }
}
