import Songs
import StandIns
import Testing

@testable import MusicServices

@Suite(.heavy) struct LookupTests {
    @Test func `A track is found by title and artist, once`() async throws {
        let bench = try await Workbench()
        let link = await bench.lookup.link(for: Workbench.song())
        #expect(link?.url == "https://open.spotify.com/track/\(FakeSpotify.track)")
        #expect(link?.isExact == true)
        #expect(await bench.lookup.link(for: Workbench.song("clair de lune", artist: "Claude  Debussy")) == link)
        #expect(bench.server.searches.count == 1)
        #expect(bench.server.searches[0].query["q"] == "track:Clair de Lune artist:Claude Debussy")
        #expect(bench.server.searches[0].query["limit"] == "10")
        #expect(bench.server.searches[0].query["market"] == "DE")
        #expect(bench.outcomes.all == [.found, .found])
    }

    @Test func `Never are more than ten rows asked for`() async throws {
        var limits = SpotifyLimits.forTests
        limits.rows = 50
        let bench = try await Workbench(limits: limits)
        #expect(await bench.lookup.link(for: Workbench.song()) != nil)
        #expect(bench.server.searches.map { $0.query["limit"] } == ["10"])
    }

    @Test func `The code of the recording is asked for first`() async throws {
        let bench = try await Workbench()
        bench.server.setRows("null," + FakeSpotify.row(name: "Clair de lune, L. 32", isrc: "FRZ019601234"))
        var song = Workbench.song()
        song.isrc = "fr-z01-96-01234"
        #expect(await bench.lookup.link(for: song) != nil)
        #expect(bench.server.searches.map { $0.query["q"] } == ["isrc:FRZ019601234"])
    }

    @Test func `No match is nil, and is cached for a time`() async throws {
        let bench = try await Workbench()
        bench.server.setRows(FakeSpotify.row(name: "Arabesque"))
        var song = Workbench.song()
        song.isrc = "FRZ019601234"
        #expect(await bench.lookup.link(for: song) == nil)
        #expect(await bench.lookup.link(for: song) == nil)
        #expect(bench.server.searches.count == 2)
        #expect(bench.outcomes.all == [.notFound, .notFound])
        bench.time.advance(.seconds(21_601))
        #expect(await bench.lookup.link(for: song) == nil)
        #expect(bench.server.searches.count == 4)
    }

    @Test func `A track that the catalogue knows is not looked up`() async throws {
        let bench = try await Workbench()
        var song = Workbench.song()
        song.spotifyID = FakeSpotify.track
        #expect(await bench.lookup.link(for: song)?.isExact == true)
        #expect(bench.server.requests.isEmpty)
        #expect(bench.outcomes.all == [.skipped])
    }

    @Test func `Many songs share one token and few connections, and the same song one request`() async throws {
        let bench = try await Workbench()
        bench.server.hold()
        let songs = (0..<20).map { Workbench.song("Song \($0 / 2)") }
        async let links = bench.lookup.links(for: songs)
        try await Workbench.until { bench.server.requests.count == 1 }
        bench.server.release(isHoldingOn: true)
        try await Workbench.until { bench.server.searches.count == 4 }
        bench.server.release()
        #expect(await links.count == 20)
        #expect(bench.server.tokenRequests.count == 1)
        #expect(bench.server.searches.count == 10)
        #expect(bench.outcomes.all.count == 20)
    }

    @Test func `A token is renewed before it expires`() async throws {
        let bench = try await Workbench()
        _ = await bench.lookup.link(for: Workbench.song("A"))
        bench.time.advance(.seconds(3500))
        _ = await bench.lookup.link(for: Workbench.song("B"))
        #expect(bench.server.tokenRequests.count == 1)
        bench.time.advance(.seconds(41))
        _ = await bench.lookup.link(for: Workbench.song("C"))
        #expect(bench.server.tokenRequests.count == 2)
    }

    @Test func `The cache is bounded`() {
        let cache = LookupCache(capacity: 16)
        func key(_ number: Int) -> LookupKey { LookupKey(isrc: nil, title: "\(number)", artist: "", duration: nil) }
        for number in 0..<100 { cache.keep(nil, for: key(number), until: .seconds(10)) }
        #expect(cache.count <= 16)
        #expect(cache.answer(key(99), at: .seconds(9)) != nil)
        #expect(cache.answer(key(99), at: .seconds(10)) == nil)
        #expect(cache.answer(key(0), at: .zero) == nil)
    }

    @Test func `The secret is in no description`() {
        let credentials = SpotifyCredentials(clientID: "id", clientSecret: "hush-hush")
        var text = "\(credentials) \(String(reflecting: credentials))"
        dump(credentials, to: &text)
        #expect(!text.contains("hush"))
    }
}
