import Glibc
import Songs
import StandIns
import Testing

@testable import MusicServices

@Suite(.heavy) struct LookupFaultTests {
    @Test func `A wait of a second is waited, then it goes on`() async throws {
        let bench = try await Workbench()
        let server = bench.server
        server.misbehave { [weak server] request in
            guard request.path == "/v1/search", server?.searches.count == 1 else { return nil }
            return .answer(429, FakeSpotify.error(429, "API rate limit exceeded"), ["Retry-After": "1"])
        }
        #expect(await bench.lookup.link(for: Workbench.song()) != nil)
        #expect(bench.time.sleeps == [.seconds(1)])
        #expect(server.searches.count == 2)
    }

    @Test(arguments: [("86400", 86_400), ("999999999", 86_400), ("120", 120), ("soon", 30)])
    func `A long wait opens the circuit at once`(header: String, seconds: Int) async throws {
        let bench = try await Workbench()
        bench.server.misbehave { request in
            guard request.path == "/v1/search" else { return nil }
            return .answer(429, FakeSpotify.error(429, "API rate limit exceeded"), ["Retry-After": header])
        }
        try await expectPause(bench, seconds, .limited)
        #expect(bench.time.sleeps.isEmpty)
    }

    @Test(arguments: [403, 429]) func `A quota that is used up opens the circuit`(status: Int) async throws {
        let bench = try await Workbench()
        bench.server.misbehave { request in
            guard request.path == "/v1/search" else { return nil }
            return .answer(status, FakeSpotify.error(status, "Quota exceeded", reason: "QUOTA_EXCEEDED"))
        }
        try await expectPause(bench, 3600, .limited)
    }

    @Test func `An owner without Premium opens the circuit and is told so once`() async throws {
        let bench = try await Workbench()
        bench.server.misbehave { request in
            guard request.path == "/v1/search" else { return nil }
            return .answer(
                403, FakeSpotify.error(403, "Active premium subscription required for the owner of the app."))
        }
        try await expectPause(bench, 3600, .refused)
        bench.time.advance(.seconds(3601))
        #expect(await bench.lookup.link(for: Workbench.song()) == nil)
        #expect(bench.log.all.count == 1)
        #expect(bench.log.all.first?.contains("Premium") == true)
    }

    @Test func `A wrong secret opens the circuit, and is not in the log`() async throws {
        let bench = try await Workbench(secret: "wrong-secret")
        #expect(await bench.lookup.link(for: Workbench.song()) == nil)
        #expect(await bench.lookup.isCircuitOpen)
        #expect(bench.outcomes.all == [.refused])
        #expect(bench.log.all.count == 1)
        #expect(bench.log.all.allSatisfy { !$0.contains("wrong-secret") && $0.contains("SPOTIFY_CLIENT_SECRET") })
    }

    @Test func `A refused token is renewed once`() async throws {
        let bench = try await Workbench()
        bench.server.misbehave { request in
            guard request.headers["authorization"] == "Bearer token-1" else { return nil }
            return .answer(401, FakeSpotify.error(401, "The access token expired"))
        }
        #expect(await bench.lookup.link(for: Workbench.song()) != nil)
        #expect(bench.server.tokenRequests.count == 2)
    }

    @Test func `A token that is refused again opens the circuit`() async throws {
        let bench = try await Workbench()
        bench.server.misbehave { request in
            guard request.path == "/v1/search" else { return nil }
            return .answer(401, FakeSpotify.error(401, "Invalid access token"))
        }
        try await expectPause(bench, 3600, .refused, requests: 2)
        #expect(bench.server.tokenRequests.count == 2)
    }

    @Test(arguments: [
        FakeSpotify.Reply.answer(500, "oh"), .answer(503, ""), .answer(302, "", ["Location": "http://127.0.0.1:1/"]),
        .answer(200, "<html>"), .answer(200, "{\"tracks\":{}}"), .answer(200, ""), .hangUp, .endless,
    ])
    func `Failures open the circuit after the third, and a trial closes it`(reply: FakeSpotify.Reply) async throws {
        let bench = try await Workbench()
        bench.server.misbehave { $0.path == "/v1/search" ? reply : nil }
        for number in 0..<5 { #expect(await bench.lookup.link(for: Workbench.song("\(number)")) == nil) }
        #expect(bench.outcomes.all == [.failed, .failed, .failed, .skipped, .skipped])
        #expect(bench.server.searches.count == 3)
        bench.time.advance(.seconds(30))
        #expect(await bench.lookup.link(for: Workbench.song()) == nil)
        #expect(await bench.lookup.link(for: Workbench.song()) == nil)
        #expect(bench.server.searches.count == 4)
        bench.server.misbehave(nil)
        bench.time.advance(.seconds(30))
        #expect(await bench.lookup.link(for: Workbench.song()) != nil)
        #expect(await bench.lookup.isCircuitOpen == false)
    }

    @Test func `A server that never answers costs no more than the deadline`() async throws {
        var limits = SpotifyLimits.forTests
        limits.lookupDeadline = .milliseconds(100)
        limits.mostFailures = 1
        let bench = try await Workbench(limits: limits)
        bench.server.misbehave { _ in .silence }
        // On a busy machine the deadline may be over before anything was sent: that is no failure of the server's.
        try await Workbench.until {
            let link = await bench.lookup.link(for: Workbench.song())
            let isOpen = await bench.lookup.isCircuitOpen
            return link == nil && isOpen
        }
        #expect(Set(bench.outcomes.all).isSubset(of: [.failed, .skipped]))
    }

    @Test func `The deadline of a match holds for all of its songs`() async throws {
        var limits = SpotifyLimits.forTests
        limits.matchDeadline = .milliseconds(100)
        let bench = try await Workbench(limits: limits)
        bench.server.misbehave { _ in .silence }
        let links = await bench.lookup.links(for: (0..<50).map { Workbench.song("\($0)") })
        #expect(links.count == 50 && links.allSatisfy { $0 == nil })
        #expect(bench.outcomes.all.count == 50)
        await bench.lookup.shutdown()
    }

    @Test func `Where nothing listens there is no link`() async throws {
        let port = try ReservedPort()
        let bench = try await Workbench(address: "http://127.0.0.1:\(port.number)")
        for number in 0..<4 { #expect(await bench.lookup.link(for: Workbench.song("\(number)")) == nil) }
        #expect(bench.outcomes.all == [.failed, .failed, .failed, .skipped])
        port.close()
    }

    /// One song fails with an outcome, the next is skipped until the time is over.
    private func expectPause(
        _ bench: Workbench, _ seconds: Int, _ outcome: SpotifyOutcome, requests: Int = 1
    ) async throws {
        #expect(await bench.lookup.link(for: Workbench.song("A")) == nil)
        #expect(await bench.lookup.link(for: Workbench.song("B")) == nil)
        #expect(bench.outcomes.all == [outcome, .skipped])
        #expect(bench.server.searches.count == requests)
        bench.time.advance(.seconds(seconds - 1))
        #expect(await bench.lookup.isCircuitOpen)
        bench.time.advance(.seconds(1))
        #expect(await bench.lookup.isCircuitOpen == false)
    }
}

/// A port that nobody else gets and on which nothing listens: connections are refused.
private struct ReservedPort {
    struct Unavailable: Error {}

    let number: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard result else { throw Unavailable() }
        number = UInt16(bigEndian: address.sin_port)
    }

    func close() {
        _ = Glibc.close(descriptor)
    }
}
