import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Failing downloads", .heavy)
struct RefusalTests {
    /// What makes a pull fail, and how it says so.
    struct Refusal: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: HubError.Code
        /// What the sentence says.
        var words: [String]
        var model = Workplace.name
        var variables: [String: String] = [:]
        var attempts = 2
        var files = Workplace.checkpoint
        var listing: [String]?
        var fault: FakeHub.Fault?

        init(
            _ description: String, _ code: HubError.Code, _ words: [String],
            _ change: (inout Refusal) -> Void = { _ in }
        ) {
            (testDescription, self.code, self.words) = (description, code, words)
            change(&self)
        }
    }

    private static func everywhere(_ reply: FakeReply) -> FakeHub.Fault { { _, _ in reply } }

    private static func elsewhere(_ change: @escaping @Sendable (inout FakeReply) -> Void) -> FakeHub.Fault {
        { request, reply in
            var reply = reply
            if request.isElsewhere { change(&reply) }
            return reply
        }
    }

    /// Alters the answers about files.
    private static func files(_ change: @escaping @Sendable (inout FakeReply) -> Void) -> FakeHub.Fault {
        { request, reply in
            var reply = reply
            if request.path.contains("/resolve/") { change(&reply) }
            return reply
        }
    }

    static let answers: [Refusal] = [
        Refusal("gated, without a token", .gated, ["accept its licence on", "/acme/pictures", "then set HF_TOKEN"]) {
            $0.fault = everywhere(FakeReply(status: 401, code: "GatedRepo"))
        },
        Refusal("gated, with a token", .gated, ["accept its licence", "the account that HF_TOKEN belongs to"]) {
            $0.variables = ["HF_TOKEN": "hf_secret"]
            $0.fault = everywhere(FakeReply(status: 403, code: "GatedRepo"))
        },
        Refusal(
            "hidden from those without a token", .repositoryHidden, ["acme/pictures", "if it is private", "HF_TOKEN"]
        ) {
            $0.fault = everywhere(FakeReply(status: 401, code: "RepoNotFound"))
        },
        Refusal("no such repository", .repositoryMissing, ["has no model acme/nothing", "the account of HF_TOKEN"]) {
            $0.model = "acme/nothing"
            $0.variables = ["HF_TOKEN": "hf_secret"]
        },
        Refusal("an unknown token", .invalidToken, ["does not accept the token", "settings/tokens"]) {
            $0.variables = ["HF_TOKEN": "hf_secret"]
            $0.fault = everywhere(FakeReply(status: 401))
        },
        Refusal("a token without permission", .accessDenied, ["refuses acme/pictures", "may lack the right"]) {
            $0.variables = ["HF_TOKEN": "hf_secret"]
            $0.fault = everywhere(FakeReply(status: 403))
        },
        Refusal("no such revision", .revisionMissing, ["has no revision v9"]) { $0.model += "@v9" },
        Refusal("a listed file that is missing", .fileMissing, ["has no file model.safetensors"]) {
            $0.files["model.safetensors"] = nil
            $0.listing = Array(Workplace.checkpoint.keys)
        },
        Refusal("no config.json", .fileMissing, ["has no config.json"]) { $0.files["config.json"] = nil },
        Refusal("no weights", .fileMissing, ["has no weights that can be read", "Name another revision"]) {
            $0.files["model.safetensors"] = nil
            $0.files["pytorch_model.bin"] = nil
        },
        Refusal("no tokenizer", .fileMissing, ["has no tokenizer.json"]) { $0.files["tokenizer.json"] = nil },
        Refusal("no preprocessor_config.json", .fileMissing, ["has no preprocessor_config.json"]) {
            $0.files["preprocessor_config.json"] = nil
        },
        Refusal("rate limited for a long time", .rateLimited, ["asks to wait 4000 s"]) {
            $0.fault = everywhere(
                {
                    FakeReply(status: 429, headers: ["Retry-After": "4000"])
                }())
        },
        Refusal("a server that keeps failing", .serverFailure, ["answers 503"]) {
            $0.fault = everywhere(FakeReply(status: 503))
        },
        Refusal("a sign-in page", .unexpectedAnswer, ["does not answer as a Hub does", "HF_ENDPOINT"]) {
            $0.fault = everywhere(FakeReply(status: 200, body: Array("<html>".utf8)))
        },
        Refusal("an unexpected status", .unexpectedAnswer, ["answers 418"]) {
            $0.fault = everywhere(FakeReply(status: 418))
        },
        Refusal("a redirect loop", .unexpectedAnswer, ["redirects again and again"]) {
            $0.fault = everywhere(
                FakeReply(status: 302, headers: ["Location": "/api/models/acme/pictures/revision/main"]))
        },
        Refusal("an endless list", .unexpectedAnswer, ["has no end"]) {
            $0.fault = { request, _ in
                var reply = FakeReply(status: 200, body: [UInt8](repeating: 0x20, count: 1 << 20))
                (reply.ending, reply.contentLength) = (.endless, nil)
                return reply
            }
        },
        Refusal("files without a commit", .unexpectedAnswer, ["names no commit"]) {
            $0.fault = files { $0.headers["X-Repo-Commit"] = nil }
        },
        Refusal("an ETag that is a path", .unexpectedAnswer, ["a tag that could not name"]) {
            $0.fault = files { $0.headers["X-Linked-Etag"] = "\"../../evil\"" }
        },
        Refusal("an invalid size", .unexpectedAnswer, ["how long"]) {
            $0.fault = files { $0.headers["X-Linked-Size"] = "-1" }
        },
    ]

    static let transfers: [Refusal] = [
        Refusal("wrong bytes", .wrongHash, ["model.safetensors", "came with the hash"]) {
            $0.fault = elsewhere { $0.body = $0.body.map { ~$0 } }
        },
        Refusal("a wrong small file", .wrongHash, ["came with the hash"]) {
            $0.fault = { request, reply in
                var reply = reply
                if request.path.hasSuffix("/tokenizer.json") { reply.body = reply.body.map { ~$0 } }
                return reply
            }
        },
        Refusal("an ETag that always changes", .changed, ["changed while its parts were fetched"]) {
            $0.fault = { request, reply in
                var reply = reply
                if request.isElsewhere { reply.headers["ETag"] = "\"\(request.number)\"" }
                return reply
            }
        },
        Refusal("a length that is too small", .wrongLength, ["announces 7 bytes instead of"]) {
            $0.fault = elsewhere { ($0.contentLength, $0.body) = (7, Array($0.body.prefix(7))) }
        },
        Refusal("a length that is too large", .wrongLength, ["announces 20000 bytes instead of"]) {
            $0.fault = elsewhere { $0.contentLength = 20_000 }
        },
        Refusal("an endless body", .wrongLength, ["sends more than"]) {
            $0.fault = elsewhere { ($0.ending, $0.contentLength) = (.endless, nil) }
        },
        Refusal("another range than requested", .wrongLength, ["sends other bytes"]) {
            $0.fault = elsewhere { $0.headers["Content-Range"] = "bytes 0-9/10" }
        },
        Refusal("connections that are always cut", .connectionLost, ["was lost"]) {
            $0.fault = elsewhere { $0.ending = .cut(0) }
        },
        Refusal("a file larger than the disk", .diskFull, ["are to be fetched", "free", "HF_HUB_CACHE"]) {
            $0.fault = files {
                if $0.headers["X-Linked-Size"] != nil { $0.headers["X-Linked-Size"] = "1000000000000000000" }
            }
        },
    ]

    static let hostile: [Refusal] = ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\\b", "..", "x//y"].map { name in
        Refusal("the name \(name)", .hostileFileName, ["could be written outside", "Nothing was fetched"]) {
            $0.listing = Array(Workplace.checkpoint.keys) + [name]
        }
    }

    @Test("Every failed download says why and what to do", arguments: answers + transfers + hostile)
    func refuses(_ refusal: Refusal) async throws {
        let work = try await Workplace()
        var repository = FakeRepository(files: refusal.files)
        repository.listing = refusal.listing
        work.server.set(Workplace.name, repository)
        work.server.misbehave(refusal.fault)
        let hub = try work.hub(variables: refusal.variables, attempts: refusal.attempts)
        let error = try #require(try await work.failure(refusal.model, hub))
        #expect(error.code == refusal.code, "\(error)")
        for words in refusal.words { #expect(error.message.contains(words), "\(error)") }
        #expect(!(work.notes + [error.message]).joined().contains("hf_secret"))
        // Nothing that looks whole is left.
        #expect(work.cache.snapshots().allSatisfy { !$0.missingFiles.isEmpty })
        #expect(work.cache.commit(try RepositoryName(Workplace.name), .main) == nil)
    }

    @Test(
        "Refuses an index of pytorch_model.bin that names files outside the folder or of another kind",
        arguments: ["../x.bin", "a/b.bin", "x.safetensors", "/x.bin"])
    func refusesTorchIndexes(_ shard: String) async throws {
        var files = Workplace.torchCheckpoint
        files["pytorch_model.bin"] = nil
        files["pytorch_model.bin.index.json"] = Array("{\"weight_map\": {\"a\": \"\(shard)\"}}".utf8)
        let work = try await Workplace(files: files)
        #expect(try await work.failure()?.code == .hostileFileName)
    }

    @Test(
        "Refuses an index that names files outside the folder",
        arguments: ["../x.safetensors", "a/b.safetensors", "x.bin", "/x.safetensors"])
    func refusesIndexes(_ shard: String) async throws {
        var files = Workplace.checkpoint
        files["model.safetensors"] = nil
        files["model.safetensors.index.json"] = Array("{\"weight_map\": {\"a\": \"\(shard)\"}}".utf8)
        let work = try await Workplace(files: files)
        #expect(try await work.failure()?.code == .hostileFileName)
    }

    @Test("Names a shard that the repository lacks; refuses an index that is not an object")
    func refusesBrokenIndexes() async throws {
        var files = Workplace.checkpoint
        files["model.safetensors"] = nil
        files["model.safetensors.index.json"] = Array("{\"weight_map\": {\"a\": \"model-1.safetensors\"}}".utf8)
        let work = try await Workplace(files: files)
        let error = try #require(try await work.failure())
        #expect(error.code == .fileMissing && error.message.contains("model-1.safetensors"))
        files["model.safetensors.index.json"] = Array("[]".utf8)
        work.server.set(Workplace.name, FakeRepository(files: files))
        #expect(try await work.failure()?.code == .unexpectedAnswer)
    }

    @Test("Tells a stalled server from an unreachable one")
    func tellsStalls() async throws {
        let work = try await Workplace()
        work.server.misbehave(Self.elsewhere { $0.ending = .stall(0) })
        let error = try await work.failure(Workplace.name, try work.hub(patience: .seconds(1), attempts: 2))
        #expect(error?.code == .stalled)
        let nowhere = try work.hub(variables: ["HF_ENDPOINT": "http://127.0.0.1:1"])
        #expect(try await work.failure(Workplace.name, nowhere)?.code == .noNetwork)
    }

    @Test("HF_HUB_OFFLINE without cached files is an error of its own, without a request")
    func tellsOffline() async throws {
        let work = try await Workplace()
        let hub = try work.hub(variables: ["HF_HUB_OFFLINE": "1"])
        let error = try #require(
            await #expect(throws: HubError.self) { try await hub.model(try ModelReference(Workplace.name)) { _ in } })
        #expect(error.code == .offline && error.message.contains("HF_HUB_OFFLINE"))
        #expect(work.server.requests.isEmpty)
    }

    @Test("Names a Hub cache that cannot be written")
    func tellsCache() async throws {
        let work = try await Workplace()
        let file = work.folder.appending(path: "file")
        try Data().write(to: file)
        let error = try #require(
            try await work.failure(Workplace.name, try work.hub(variables: ["HF_HUB_CACHE": file.path])))
        #expect(error.code == .cache && error.message.contains(file.path))
    }

    @Test("Refuses an untrusted certificate, and accepts one listed in SSL_CERT_FILE")
    func checksCertificates() async throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let paths = (
            chain: fixtures.appending(path: "certificate.pem").path, key: fixtures.appending(path: "key.pem").path
        )
        let work = try await Workplace(certificate: paths)
        let error = try #require(try await work.failure())
        #expect(error.code == .untrustedCertificate && error.message.contains("SSL_CERT_FILE"))
        #expect(work.server.requests.isEmpty)
        let snapshot = try await work.pull(Workplace.name, try work.hub(variables: ["SSL_CERT_FILE": paths.chain]))
        #expect(snapshot.missingFiles == [])
    }

    @Test("Refuses redirects from https to http")
    func refusesDowngrades() throws {
        let url = try #require(URL(string: "https://a.example/x"))
        #expect(throws: HubError.self) { try url.redirected(to: "http://a.example/y") }
        #expect(throws: HubError.self) { try url.redirected(to: "file:///etc/passwd") }
        #expect(try url.redirected(to: "/y").absoluteString == "https://a.example/y")
    }
}
