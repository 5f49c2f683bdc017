import NIOCore
import Testing

@testable import Server

@Suite("Token buckets")
struct TokenBucketTests {
    private let start = ContinuousClock.now

    @Test("A bucket gives its content at once, then what is refilled")
    func bucket() {
        var bucket = TokenBucket(perMinute: 2, at: start)
        #expect(bucket.take(at: start) == .admitted(remaining: 1, reset: .seconds(30)))
        #expect(bucket.take(at: start) == .admitted(remaining: 0, reset: .seconds(60)))
        #expect(bucket.take(at: start + .seconds(15)) == .refused(wait: .seconds(15), reset: .seconds(45)))
        #expect(bucket.take(at: start + .seconds(30)) == .admitted(remaining: 0, reset: .seconds(60)))
        #expect(!bucket.isFull(at: start + .seconds(89)))
        #expect(bucket.isFull(at: start + .seconds(90)))
    }

    @Test("A clock that runs backwards changes nothing")
    func backwards() {
        var bucket = TokenBucket(perMinute: 1, at: start)
        _ = bucket.take(at: start)
        #expect(bucket.take(at: start - .seconds(100)) == .refused(wait: .seconds(60), reset: .seconds(60)))
    }

    @Test("The table of clients is bounded: evicts full buckets first, then the oldest")
    func bounded() {
        var table = ClientBuckets(perMinute: 1, capacity: 100)
        func client(_ number: Int) -> Client { .address([UInt8(number / 256), UInt8(number % 256)]) }
        for number in 0..<1000 {
            _ = table.take(for: client(number), at: start + .milliseconds(number))
            #expect(table.count <= 100)
        }
        // The newest is still known, and has nothing left; the oldest is not.
        #expect(table.take(for: client(999), at: start + .seconds(1)) != admitted)
        #expect(table.take(for: client(0), at: start + .seconds(1)) == admitted)
        _ = table.take(for: client(1000), at: start + .seconds(200))
        while table.count < 100 { _ = table.take(for: client(2000 + table.count), at: start + .seconds(200)) }
        _ = table.take(for: client(5000), at: start + .seconds(400))
        #expect(table.count == 1)
    }

    private let admitted = TokenBucket.Answer.admitted(remaining: 0, reset: .seconds(60))

    @Test(
        "Tells IPv6 clients apart by their first 64 bits, and IPv4 clients by the whole address",
        arguments: [
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false), ("::1", "127.0.0.1", false),
        ])
    func addresses(first: String, second: String, areOne: Bool) throws {
        let clients = try [first, second].map { Client(address: try SocketAddress(ipAddress: $0, port: 80)) }
        #expect((clients[0] == clients[1]) == areOne)
    }
}
