import BadRequests
import HummingbirdTesting
import NIOCore
import StandIns
import Testing

@testable import Server

/// Clients that hold connections without using them.
@Suite("Silent clients", .heavy)
struct SilentClientTests {
    @Test("The server answers despite three hundred silent connections")
    func silence() async throws {
        try await TestServer().run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let connections = try await open(300, wire)
            let answer = WireAnswer(try await wire.exchange(Self.question))
            #expect(answer.status == 200)
            for connection in connections { try? await connection.close() }
        }
    }

    @Test("Closes idle connections when all are taken")
    func eviction() async throws {
        var server = TestServer()
        server.adjust = { $0.connections.connections = 20 }
        try await server.run(.live) { client in
            let wire = Wire(port: try #require(client.port))
            let connections = try await open(60, wire)
            #expect(WireAnswer(try await wire.exchange(Self.question)).status == 200)
            // Forty of them are closed. Not always the first forty: the server's event loops may take connections up in another
            // order than they were opened, and count their idle time from then.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for connection in connections { group.addTask { try await connection.closeFuture.get() } }
                for _ in 0..<40 { try await group.next() }
                for connection in connections { try? await connection.close() }
            }
        }
    }

    private static let question = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    private func open(_ count: Int, _ wire: Wire) async throws -> [any Channel] {
        var connections: [any Channel] = []
        for _ in 0..<count { connections.append(try await wire.silentConnection()) }
        return connections
    }
}
