import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Download faults", .heavy)
struct DownloadFaultTests {
    /// A fault of the server of large files, which comes with the first requests and then no more.
    struct Passing: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fault: FakeHub.Fault

        init(_ description: String, _ fault: @escaping @Sendable (FakeRequest, FakeReply) -> FakeReply) {
            testDescription = description
            self.fault = { request, reply in request.isElsewhere ? fault(request, reply) : reply }
        }
    }

    private static func change(_ reply: FakeReply, _ change: (inout FakeReply) -> Void) -> FakeReply {
        var reply = reply
        change(&reply)
        return reply
    }

    static let passing: [Passing] = [
        Passing("connections that are cut") { request, reply in
            request.number < 4 ? change(reply) { $0.ending = .cut(100 * request.number) } : reply
        },
        Passing("a server error") { request, reply in request.number < 3 ? FakeReply(status: 502) : reply },
        Passing("too many requests") { request, reply in request.number == 1 ? FakeReply(status: 429) : reply },
        Passing("no ranges, and a cut") { request, reply in
            change(reply) {
                $0 = FakeReply(status: 200, headers: reply.headers, body: Workplace.weights(1))
                if request.number < 5 { $0.ending = .cut(5_000) }
            }
        },
        Passing("an ETag that changes once") { request, reply in
            request.number == 2 ? change(reply) { $0.headers["ETag"] = "\"other\"" } : reply
        },
        Passing("bytes that are wrong once") { request, reply in
            request.number == 2 ? change(reply) { $0.body = $0.body.map { ~$0 } } : reply
        },
        Passing("a length that is wrong once") { request, reply in
            request.number == 2 ? change(reply) { $0.contentLength = 7 } : reply
        },
        Passing("a Content-Range that is wrong once") { request, reply in
            request.number == 2 ? change(reply) { $0.headers["Content-Range"] = "bytes 5-9/9500" } : reply
        },
        Passing("an expired URL") { request, reply in
            request.number == 4 ? FakeReply(status: 403) : reply
        },
    ]

    @Test("A download survives a passing fault", arguments: passing)
    func survives(_ fault: Passing) async throws {
        let work = try await Workplace()
        work.server.misbehave(fault.fault)
        let snapshot = try await work.pull()
        #expect(try work.bytes("model.safetensors", snapshot) == Workplace.weights(1))
        #expect(try snapshot.findings() == [])
        #expect(!work.notes.isEmpty || fault.testDescription.contains("no ranges"))
        #expect(HubCache.entries(work.cache.blobs(snapshot.name)).allSatisfy { !$0.contains(".") })
    }

    @Test("Resumes an interrupted part where it stopped")
    func resumesParts() async throws {
        let work = try await Workplace()
        work.server.misbehave { request, reply in
            guard request.isElsewhere, request.range == 3_000..<4_000 else { return reply }
            return Self.change(reply) { $0.ending = .cut(400) }
        }
        try await work.pull()
        #expect(work.transfers.contains { $0.range == 3_400..<4_000 })
    }

    @Test("Retries a stalled connection")
    func survivesStalls() async throws {
        let work = try await Workplace()
        work.server.misbehave { request, reply in
            request.isElsewhere && request.number == 2 ? Self.change(reply) { $0.ending = .stall(300) } : reply
        }
        let snapshot = try await work.pull(Workplace.name, try work.hub(patience: .seconds(3)))
        #expect(try work.bytes("model.safetensors", snapshot) == Workplace.weights(1))
        #expect(work.notes.contains { $0.contains("stopped sending") })
    }

    @Test("Waits as long as Retry-After asks")
    func waitsAsAsked() async throws {
        let work = try await Workplace()
        work.server.misbehave { request, reply in
            guard request.path.hasPrefix("/api/"), request.number == 0 else { return reply }
            return FakeReply(status: 429, headers: ["Retry-After": "7"])
        }
        try await work.pull()
        #expect(work.waited == [.seconds(7)])
    }

    @Test("Retry delays grow up to a maximum")
    func waitsLonger() {
        let policy = RetryPolicy()
        for attempt in 0...40 {
            let delay = policy.delay(after: attempt, requested: nil)
            #expect(delay >= min(.seconds(30), .seconds(1) * (1 << min(attempt, 5))))
            #expect(delay <= .seconds(37.5))
        }
    }

    @Test("Does not download again what an earlier process finished")
    func resumesDownloads() async throws {
        let work = try await Workplace()
        work.server.misbehave { request, reply in
            request.isElsewhere && (request.range?.lowerBound ?? 0) >= 6_000 ? FakeReply(status: 500) : reply
        }
        let error = try #require(try await work.failure(Workplace.name, try work.hub(attempts: 2)))
        #expect(error.code == .serverFailure)
        #expect(work.cache.snapshots().first?.missingFiles == ["model.safetensors"])
        #expect(work.cache.commit(try RepositoryName(Workplace.name), .main) == nil)

        work.server.misbehave(nil)
        work.server.forgetRequests()
        let snapshot = try await work.pull()
        #expect(try work.bytes("model.safetensors", snapshot) == Workplace.weights(1))
        let ranges = work.transfers.compactMap(\.range)
        // The four last parts were refused, and the first of them was not asked for before four others were whole.
        #expect((4...6).contains(ranges.count), "\(ranges)")
        #expect(HubCache.entries(work.cache.blobs(snapshot.name)).allSatisfy { !$0.contains(".") })
    }

    @Test("Finds parts damaged by a crash by their hash, and downloads them again")
    func distrustsLeftovers() async throws {
        let work = try await Workplace()
        let blob = work.blob("model.safetensors")
        try FileManager.default.createDirectory(at: blob.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(count: 9_500).write(to: PartialBlob.data(blob))
        try Data("{\"size\": 9500, \"partByteCount\": 1000, \"parts\": [0, 1, 2]}".utf8).write(
            to: PartialBlob.list(blob))
        let snapshot = try await work.pull()
        #expect(try work.bytes("model.safetensors", snapshot) == Workplace.weights(1))
        #expect(work.notes.contains { $0.contains("Fetching it once more") })
    }

    @Test(
        "Ignores leftovers of a partial download that do not fit",
        arguments: [
            "", "{", "{\"size\": 1, \"partByteCount\": 1000, \"parts\": [0]}",
            "{\"size\": 9500, \"partByteCount\": 0, \"parts\": [0]}",
        ])
    func ignoresNonsense(_ list: String) async throws {
        let work = try await Workplace()
        let blob = work.blob("model.safetensors")
        try FileManager.default.createDirectory(at: blob.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(count: 9_500).write(to: PartialBlob.data(blob))
        try Data(list.utf8).write(to: PartialBlob.list(blob))
        let snapshot = try await work.pull()
        #expect(try work.bytes("model.safetensors", snapshot) == Workplace.weights(1))
        #expect(work.transfers.count == 10)
    }
}
