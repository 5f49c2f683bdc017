import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Mirrors with fewer features than the Hub", .heavy)
struct MirrorTests {
    /// How a mirror differs, and what a pull then says.
    struct Mirror: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What cannot be checked afterwards.
        var unverified: [String] = []
        var listsContents = false
        let fault: FakeHub.Fault

        init(
            _ description: String, unverified: [String] = [], listsContents: Bool = false,
            _ fault: @escaping @Sendable (FakeRequest, inout FakeReply) -> Void
        ) {
            (testDescription, self.unverified, self.listsContents) = (description, unverified, listsContents)
            self.fault = { request, reply in
                var reply = reply
                fault(request, &reply)
                return reply
            }
        }
    }

    private static let needed = [
        "config.json", "generation_config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
    ]

    private static func isFile(_ request: FakeRequest) -> Bool { request.path.contains("/resolve/") }

    static let mirrors: [Mirror] = [
        Mirror("no Content-Length with HEAD") { request, reply in
            if request.method == "HEAD" { reply.contentLength = nil }
        },
        Mirror("no X-Linked-Size") { _, reply in reply.headers["X-Linked-Size"] = nil },
        Mirror("no lengths at all") { request, reply in
            reply.headers["X-Linked-Size"] = nil
            if isFile(request) || request.isElsewhere { chunk(&reply) }
        },
        Mirror("no length and no ranges") { request, reply in
            reply.headers["X-Linked-Size"] = nil
            guard isFile(request) || request.isElsewhere else { return }
            if reply.status == 206 { reply = FakeReply(status: 200, body: Workplace.weights(1)) }
            chunk(&reply)
        },
        Mirror("HEAD is not allowed") { request, reply in
            if request.method == "HEAD" { reply = FakeReply(status: 405) }
        },
        Mirror("HEAD is not implemented") { request, reply in
            if request.method == "HEAD" { reply = FakeReply(status: 501) }
        },
        Mirror("weak ETags") { _, reply in
            for name in ["ETag", "X-Linked-Etag"] { reply.headers[name] = reply.headers[name].map { "W/\($0)" } }
        },
        Mirror("no ETags, but hashes in the list", listsContents: true) { _, reply in
            (reply.headers["ETag"], reply.headers["X-Linked-Etag"]) = (nil, nil)
        },
        Mirror("ETags of its own, and hashes in the list", listsContents: true) { _, reply in
            reply.headers["X-Linked-Etag"] = nil
            reply.headers["ETag"] = reply.headers["ETag"].map { _ in "W/\"5f3-gzip\"" }
        },
        Mirror("no ETags and no hashes", unverified: needed) { _, reply in
            (reply.headers["ETag"], reply.headers["X-Linked-Etag"]) = (nil, nil)
        },
        Mirror("ETags that are no hashes", unverified: needed) { _, reply in
            (reply.headers["ETag"], reply.headers["X-Linked-Etag"]) = ("\"one-for-all\"", nil)
        },
        Mirror("compressed JSON") { request, reply in
            if request.path.hasSuffix(".json"), reply.status == 200 { compress(&reply) }
        },
        Mirror("compressed JSON in chunks") { request, reply in
            guard request.path.hasSuffix(".json"), reply.status == 200 else { return }
            compress(&reply)
            chunk(&reply)
        },
        Mirror("relative redirects") { request, reply in
            guard isFile(request), reply.status == 200, request.number % 2 == 0 else { return }
            reply = FakeReply(
                status: 307, headers: ["Location": request.path, "X-Repo-Commit": reply.headers["X-Repo-Commit"] ?? ""])
        },
        Mirror("the commit only on the redirect") { request, reply in
            if request.isElsewhere { reply.headers["X-Repo-Commit"] = nil }
            reply.headers["X-Linked-Etag"] = nil
            reply.headers["ETag"] = "\"\(FakeRepository.tag(request.path, []))\""
            if let tag = request.path.split(separator: "/").last, request.isElsewhere {
                reply.headers["ETag"] = "\"\(tag)\""
            } else if let file = request.path.components(separatedBy: "/resolve/").last?.split(separator: "/").last {
                let bytes = Workplace.checkpoint[String(file)] ?? []
                reply.headers["ETag"] = "\"\(FakeRepository.tag(String(file), bytes))\""
            }
        },
    ]

    /// Sends a body in chunks, without saying how long it is.
    private static func chunk(_ reply: inout FakeReply) {
        reply.contentLength = nil
        guard reply.status < 300 else { return }
        reply.headers["Transfer-Encoding"] = "chunked"
        let size = String(reply.body.count, radix: 16)
        let chunk = reply.body.isEmpty ? [] : Array("\(size)\r\n".utf8) + reply.body + Array("\r\n".utf8)
        reply.body = chunk + Array("0\r\n\r\n".utf8)
    }

    /// Puts a body into a gzip file (RFC 1952) of one stored block (RFC 1951, 3.2.4).
    private static func compress(_ reply: inout FakeReply) {
        func bytes(_ number: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        let body = reply.body
        let checksum = ~body.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        let length = UInt32(body.count)
        reply.body =
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + bytes(length, 2) + bytes(~length, 2) + body
            + bytes(checksum, 4) + bytes(length, 4)
        reply.contentLength = reply.body.count
        reply.headers["Content-Encoding"] = "gzip"
    }

    @Test("Pulls from a mirror, and lists the files that could not be verified", arguments: mirrors)
    func goesOn(_ mirror: Mirror) async throws {
        let work = try await Workplace()
        var repository = FakeRepository(files: Workplace.checkpoint)
        repository.listsContents = mirror.listsContents
        work.server.set(Workplace.name, repository)
        work.server.misbehave(mirror.fault)
        let snapshot = try await work.pull()
        for file in Self.needed { #expect(try work.bytes(file, snapshot) == Workplace.checkpoint[file], "\(file)") }
        #expect(try snapshot.findings() == mirror.unverified.map { FileFinding(file: $0, problem: .unverified) })
        for file in mirror.unverified {
            #expect(work.notes.contains { $0.contains("gives no hash of \(file)") })
        }
        work.server.forgetRequests()
        try await work.pull()
        #expect(!work.transfers.contains { $0.range.map { $0.count > 1 } ?? true }, "Nothing comes a second time.")
    }

    @Test("Keeps files apart that share an ETag which is no hash")
    func keepsApart() async throws {
        let work = try await Workplace()
        work.server.misbehave { _, reply in
            var reply = reply
            (reply.headers["ETag"], reply.headers["X-Linked-Etag"]) = ("\"1\"", nil)
            return reply
        }
        let snapshot = try await work.pull()
        #expect(Set(snapshot.files.compactMap(snapshot.etag)).count == snapshot.files.count)
    }

    @Test("Finds wrong bytes by their hash if the length is unknown")
    func checksUnknownLengths() async throws {
        let work = try await Workplace()
        work.server.misbehave { request, reply in
            var reply = reply
            reply.headers["X-Linked-Size"] = nil
            guard request.isElsewhere else { return reply }
            reply = FakeReply(status: 200, body: Array(Workplace.weights(1).dropLast()))
            Self.chunk(&reply)
            return reply
        }
        #expect(try await work.failure()?.code == .wrongHash)
    }
}
