import FakeHub
import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Safetensors of the Hub's conversion bot", .heavy)
struct ConversionTests {
    private static let main = String(repeating: "a1", count: 20)
    private static let bot = String(repeating: "c3", count: 20)

    private func workplace(_ repository: FakeRepository = Workplace.converted()) async throws -> Workplace {
        let work = try await Workplace()
        work.server.set(Workplace.name, repository)
        return work
    }

    private func name() throws -> RepositoryName { try RepositoryName(Workplace.name) }

    private func hasTaken(_ file: String, _ work: Workplace) -> Bool {
        FileManager.default.fileExists(atPath: work.blob(file).path)
    }

    /// Asks without a network for what was pulled.
    private func offline(_ work: Workplace) async throws -> CachedSnapshot {
        work.server.forgetRequests()
        let hub = try work.hub(variables: ["HF_HUB_OFFLINE": "1"])
        let snapshot = try await hub.model(try ModelReference(Workplace.name)) { _ in }
        let again = try await work.hub().model(try ModelReference(Workplace.name)) { _ in }
        #expect(again.folder == snapshot.folder && work.server.requests.isEmpty)
        return snapshot
    }

    // MARK: Taken

    @Test("Takes weights from the pull request and nothing else that main has not, in huggingface_hub's layout")
    func takes() async throws {
        let work = try await workplace()
        let snapshot = try await work.pull()
        #expect(snapshot.commit.description == Self.bot)
        let small = ["config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json"]
        #expect(Set(snapshot.files) == Set(small + ["model.safetensors"]))
        for file in snapshot.files { #expect(try work.bytes(file, snapshot) == Workplace.checkpoint[file]) }
        #expect(!hasTaken("pytorch_model.bin", work))
        #expect(work.notes.contains { $0.contains("refs/pr/7 are taken") })

        let folder = work.folder.appending(path: "models--acme--pictures")
        func text(_ file: String) throws -> String {
            try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        }
        #expect(try text("refs/main") == Self.main && text("refs/refs/pr/7") == Self.bot)
        #expect(HubCache.files(below: folder.appending(path: "snapshots/\(Self.main)")) == small)
        #expect(Set(HubCache.entries(folder.appending(path: "blobs"))).count == 5)
        let absences = HubCache.entries(folder.appending(path: ".no_exist/\(Self.main)"))
        #expect(absences.contains("model.safetensors") && !absences.contains("pytorch_model.bin"))
        #expect(!HubCache.entries(folder.appending(path: ".no_exist/\(Self.bot)")).contains("model.safetensors"))

        #expect(try snapshot.missingFiles == [] && snapshot.findings() == [])
        let listed = work.cache.snapshots()
        #expect(listed.map(\.commit) == [snapshot.commit] && listed[0].references == ["main", "refs/pr/7"])
        #expect(try await offline(work).folder == snapshot.folder)
        try await work.pull()
        #expect(work.transfers.isEmpty, "Nothing comes a second time.")
    }

    @Test("Takes an index and its shards from the pull request")
    func takesShards() async throws {
        var files = Workplace.torchCheckpoint
        let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
        for (seed, shard) in shards.enumerated() { files[shard] = Workplace.weights(UInt8(5 + seed)) }
        files["model.safetensors.index.json"] = Array(
            "{\"weight_map\": {\"a\": \"\(shards[0])\", \"b\": \"\(shards[1])\"}}".utf8)
        let converted = files
        let work = try await workplace(Workplace.converted { $0.files = converted })
        let snapshot = try await work.pull()
        for shard in shards { #expect(try work.bytes(shard, snapshot) == files[shard]) }
        #expect(snapshot.missingFiles == [])
        #expect(try await offline(work).folder == snapshot.folder)
        try FileManager.default.removeItem(at: work.blob(shards[1], files))
        #expect(work.cache.snapshots().map(\.missingFiles) == [[shards[1]]])
    }

    @Test("Finds the pull request behind pages of other discussions", arguments: [9, 10, 35])
    func turnsPages(_ count: Int) async throws {
        var repository = Workplace.converted()
        let others = (0..<count).map { number in
            var other = FakeDiscussion(number: 100 + number, files: [:], commit: "")
            (other.isPullRequest, other.title) = (false, "Is this \"thing\" on?")
            other.author = number == 1 ? nil : "somebody"
            return other
        }
        repository.discussions = others + repository.discussions
        let work = try await workplace(repository)
        #expect(try await work.pull().weights == "model.safetensors")
        let pages = work.server.requests.filter { $0.path.hasSuffix("/discussions") }.map(\.query)
        #expect(pages.count == count / 10 + 1)
        for filter in ["type=pull_request", "status=open", "author=SFconvertbot"] {
            #expect(pages.allSatisfy { $0.contains(filter) })
        }
    }

    @Test("Looks at further pull requests of the bot where the first is of an older main")
    func skipsOlder() async throws {
        var repository = Workplace.converted()
        var older = FakeDiscussion(number: 9, files: Workplace.checkpoint, commit: String(repeating: "d4", count: 20))
        older.parents = [String(repeating: "0f", count: 20)]
        repository.discussions.insert(older, at: 0)
        let work = try await workplace(repository)
        #expect(try await work.pull().references == ["main", "refs/pr/7"])
    }

    @Test("Continues the pull request's weights where they were interrupted")
    func resumes() async throws {
        let work = try await workplace()
        work.server.misbehave { request, reply in
            request.isElsewhere && (request.range?.lowerBound ?? 0) >= 6_000 ? FakeReply(status: 500) : reply
        }
        #expect(try await work.failure(Workplace.name, try work.hub(attempts: 2))?.code == .serverFailure)
        #expect(work.cache.commit(try name(), .main) == nil)
        #expect(work.cache.snapshots().allSatisfy { $0.missingFiles == ["model.safetensors"] })
        #expect(!hasTaken("pytorch_model.bin", work), "A failing download is no reason to take another file.")
        work.server.misbehave(nil)
        work.server.forgetRequests()
        #expect(try await work.pull().missingFiles == [])
        // Four parts were refused, and up to two more were not whole; a request of the first pull may still arrive.
        #expect((4..<10).contains(work.transfers.count))
    }

    @Test("Two concurrent pulls download each file once; also without links and locks", arguments: [false, true])
    func sharesDownload(_ isLacking: Bool) async throws {
        let work = try await workplace()
        let hub = try isLacking ? work.hub(fileSystem: FileSystemTests.lacking[1].calls) : work.hub()
        async let one = work.pull(Workplace.name, hub)
        async let other = work.pull(Workplace.name, hub)
        let snapshot = try await one
        #expect(try await other.folder == snapshot.folder)
        #expect(work.transfers.count == 10)
        for file in snapshot.files { #expect(try work.bytes(file, snapshot) == Workplace.checkpoint[file]) }
        #expect(try hub.cache.snapshots().map { try $0.findings() } == [[]])
        #expect(try await offline(work).folder == snapshot.folder)
        try hub.cache.remove(hub.cache.snapshots())
        #expect(HubCache.entries(work.folder).filter { $0 != "CACHEDIR.TAG" && $0 != ".locks" } == [])
    }

    // MARK: Later

    @Test("Takes main again once it has safetensors, or once the pull request is closed")
    func followsMain() async throws {
        let work = try await workplace()
        try await work.pull()
        work.server.set(Workplace.name, Workplace.converted { $0.status = "closed" })
        let closed = try await work.pull()
        #expect(closed.commit.description == Self.main && closed.weights == "pytorch_model.bin")
        #expect(try await offline(work).folder == closed.folder)
        #expect(
            work.cache.snapshots().map(\.references) == [["main"], ["refs/pr/7"]], "What was fetched is still there.")

        work.server.set(
            Workplace.name, FakeRepository(files: Workplace.checkpoint, commit: String(repeating: "e5", count: 20)))
        work.server.forgetRequests()
        let merged = try await work.pull()
        #expect(merged.weights == "model.safetensors" && work.transfers.isEmpty)
    }

    @Test("Uses the safetensors that are there where a later search fails")
    func keepsConversion() async throws {
        let work = try await workplace()
        let snapshot = try await work.pull()
        work.server.misbehave { request, reply in
            request.path.hasSuffix("/discussions") ? FakeReply(status: 404) : reply
        }
        #expect(try await work.pull().folder == snapshot.folder)
        #expect(!hasTaken("pytorch_model.bin", work))
        #expect(work.notes.contains { $0.contains("answers 404") && $0.contains("that are there are used") })
        // Not if they are no longer whole.
        try FileManager.default.removeItem(at: work.blob("model.safetensors"))
        #expect(try await work.pull().weights == "pytorch_model.bin")
    }

    @Test("Removes both revisions with main, and keeps what another revision shares", arguments: ["main", "a1a1a1a"])
    func removes(_ revision: String) async throws {
        let work = try await workplace()
        let snapshot = try await work.pull()
        var files = Workplace.checkpoint
        files["config.json"] = Array("{\"new\": true}".utf8)
        work.server.set(Workplace.name, FakeRepository(files: files, commit: String(repeating: "b2", count: 20)))
        let commit = String(repeating: "b2", count: 20)
        let new = try await work.pull("\(Workplace.name)@\(commit)")
        let found = try work.cache.snapshots(try ModelReference("\(Workplace.name)@\(revision)"))
        #expect(found.map(\.commit) == [snapshot.commit])
        let freed = try work.cache.remove(found)
        #expect(freed == Workplace.checkpoint["config.json"]?.count)
        let folder = work.folder.appending(path: "models--acme--pictures")
        #expect(HubCache.entries(folder.appending(path: "snapshots")) == [commit])
        #expect(HubCache.files(below: folder.appending(path: "refs")) == [])
        #expect(HubCache.entries(folder.appending(path: "conversions")) == [])
        #expect(try new.findings() == [])
    }

    @Test("Removing the pull request's commit leaves a main that has weights of its own")
    func removesConversion() async throws {
        let work = try await workplace()
        try await work.pull("\(Workplace.name)@\(Self.main)")
        let snapshot = try await work.pull()
        #expect(snapshot.commit.description == Self.bot && work.cache.snapshots().count == 2)
        try work.cache.remove([snapshot])
        let left = work.cache.snapshots()
        #expect(left.map(\.weights) == ["pytorch_model.bin"] && left[0].references == ["main"])
        #expect(try left[0].findings() == [])
        #expect(HubCache.entries(work.folder.appending(path: "models--acme--pictures/conversions")) == [])
        #expect(try await offline(work).folder == left[0].folder)
    }

    @Test("Is used by main where the snapshot of the pull request was removed by another program")
    func missesConversion() async throws {
        let work = try await workplace()
        let snapshot = try await work.pull()
        try FileManager.default.removeItem(at: snapshot.folder)
        let left = try #require(work.cache.snapshots().first)
        #expect(left.missingFiles == ["pytorch_model.bin"] && left.references == ["main"])
        #expect(try work.hub().cachedSnapshot(try ModelReference(Workplace.name))?.folder == left.folder)
        #expect(try await work.pull().folder == snapshot.folder)
    }

    // MARK: Not taken

    /// Why a pull request is not what it should be.
    struct Flaw: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What is said of it; nil where it is passed over in silence.
        let words: String?
        let repository: FakeRepository

        init(_ description: String, _ words: String? = nil, _ change: (inout FakeDiscussion) -> Void) {
            (testDescription, self.words) = (description, words)
            repository = Workplace.converted(change)
        }
    }

    static let flaws = [
        Flaw("another title") { $0.title = "Adding safetensors variant of this model" },
        Flaw("another author") { $0.author = "sfconvertbot" }, Flaw("no author") { $0.author = nil },
        Flaw("closed") { $0.status = "closed" }, Flaw("merged") { $0.status = "merged" },
        Flaw("a draft") { $0.status = "draft" }, Flaw("a discussion") { $0.isPullRequest = false },
        Flaw("number 0") { $0.number = 0 }, Flaw("a negative number") { $0.number = -7 },
        Flaw("an older main as its parent") { $0.parents = [String(repeating: "0f", count: 20)] },
        Flaw("two commits upon main") { $0.parents = [String(repeating: "d4", count: 20), main] },
        Flaw("no parent") { $0.parents = [] },
        Flaw("no safetensors", "has neither model.safetensors") { $0.files["model.safetensors"] = nil },
        Flaw("another config.json", "its config.json is another one") { $0.files["config.json"] = Array("{}".utf8) },
        Flaw("another tokenizer", "its tokenizer.json is another one") { $0.files["tokenizer.json"]?.append(0x20) },
        Flaw("a file more", "adds or removes other files") { $0.files["vocab.json"] = Array("{}".utf8) },
        Flaw("a file less", "adds or removes other files") { $0.files["generation_config.json"] = nil },
    ]

    @Test("Takes pytorch_model.bin where the pull request is another", arguments: flaws)
    func passesOver(_ flaw: Flaw) async throws {
        let work = try await workplace(flaw.repository)
        let snapshot = try await work.pull()
        #expect(snapshot.commit.description == Self.main && snapshot.weights == "pytorch_model.bin")
        #expect(snapshot.references == ["main"] && snapshot.missingFiles == [])
        #expect(!hasTaken("model.safetensors", work))
        let said = work.notes.filter { $0.contains("refs/pr") }
        #expect(said.count == (flaw.words == nil ? 0 : 1), "\(said)")
        if let words = flaw.words { #expect(said.allSatisfy { $0.contains(words) }, "\(said)") }
        #expect(try await offline(work).folder == snapshot.folder)
    }

    @Test("Takes pytorch_model.bin where the pull request changes while it is looked at")
    func distrustsChange() async throws {
        let work = try await workplace()
        work.server.misbehave { request, reply in
            guard request.path.hasSuffix("/revision/refs%2Fpr%2F7") else { return reply }
            let text = String(decoding: reply.body, as: UTF8.self)
            return FakeReply(
                status: 200,
                body: Array(text.replacing(Self.bot, with: String(repeating: "d4", count: 20)).utf8))
        }
        #expect(try await work.pull().weights == "pytorch_model.bin")
        #expect(work.notes.contains { $0.contains("changed while it was looked at") })
    }

    @Test(
        "Takes pytorch_model.bin where the pull request's weights are none",
        arguments: [
            ("model.safetensors", "version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
            ("model.safetensors.index.json", "{}", "names no weight files"),
            ("model.safetensors.index.json", #"{"weight_map": {"a": "x.safetensors"}}"#, "has no x.safetensors"),
            ("model.safetensors.index.json", #"{"weight_map": {"a": "../x.safetensors"}}"#, "outside of its folder"),
        ])
    func distrustsWeights(_ file: String, _ text: String, _ words: String) async throws {
        let work = try await workplace(
            Workplace.converted {
                $0.files["model.safetensors"] = nil
                $0.files[file] = Array(text.utf8)
            })
        let snapshot = try await work.pull()
        #expect(snapshot.commit.description == Self.main && snapshot.weights == "pytorch_model.bin")
        #expect(work.notes.contains { $0.contains(words) && $0.contains("So refs/pr/7 is not used.") }, "\(work.notes)")
        #expect(work.cache.snapshots().filter { $0.missingFiles.isEmpty }.map(\.commit) == [snapshot.commit])
        #expect(try await offline(work).folder == snapshot.folder)
    }

    // MARK: Failing searches

    /// How the calls that look for the pull request fail, and what is said then.
    struct Fault: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let words: String
        let fault: FakeHub.Fault

        /// - Parameter call: the end of the path that fails.
        init(_ description: String, _ words: String, at call: String = "/discussions", _ reply: FakeReply) {
            (testDescription, self.words) = (description, words)
            fault = { request, good in request.path.hasSuffix(call) ? reply : good }
        }
    }

    private static func body(_ text: String) -> FakeReply { FakeReply(status: 200, body: Array(text.utf8)) }

    private static func change(_ reply: FakeReply, _ change: (inout FakeReply) -> Void) -> FakeReply {
        var reply = reply
        change(&reply)
        return reply
    }

    private static let commits = "/commits/refs%2Fpr%2F7"
    private static let nonsense = "is not what a Hub says"

    static let faults =
        [400, 401, 403, 404, 410, 418].map { status in
            Fault("\(status)", "answers \(status) when asked for the pull requests", FakeReply(status: status))
        } + [
            Fault("disabled", "answers 403 when asked", FakeReply(status: 403, code: "DiscussionsDisabled")),
            Fault("no such repository", "answers 404", FakeReply(status: 404, code: "RepoNotFound")),
            Fault("a failing server", "answers 503", FakeReply(status: 503)),
            Fault(
                "a rate limit for long", "asks to wait 3000 s",
                FakeReply(status: 429, headers: ["Retry-After": "3000"])),
            Fault("a web page", nonsense, body("<html>Sign in</html>")), Fault("nothing", nonsense, body("")),
            Fault("an empty object", nonsense, body("{}")), Fault("another list", nonsense, body("[1, 2]")),
            Fault("other types", nonsense, body(#"{"discussions": [{"num": "7"}], "count": 1, "start": 0}"#)),
            Fault("deep nesting", nonsense, body(String(repeating: "[", count: 100_000))),
            Fault(
                "pages without an end", "has no end",
                body(#"{"discussions": [{"num": 1}], "count": 1000000, "start": 0}"#)),
            Fault("a huge answer", "has no end", body(String(repeating: " ", count: 9 << 20))),
            Fault(
                "an answer without an end", "has no end",
                change(FakeReply(status: 200, body: [UInt8](repeating: 0x20, count: 1 << 20))) {
                    ($0.ending, $0.contentLength) = (.endless, nil)
                }),
            Fault("a lost connection", "was lost", change(body("{\"discussions\"")) { $0.ending = .cut(4) }),
            Fault(
                "redirects without an end", "redirects again and again",
                FakeReply(status: 302, headers: ["Location": "/api/models/acme/pictures/discussions"])),
            Fault(
                "no commits", "answers 404 when asked for the commits of refs/pr/7", at: commits,
                FakeReply(status: 404)),
            Fault("commits that are none", nonsense, at: commits, body(#"[{"id": "../x"}, {"id": "main"}]"#)),
            Fault("commits of another form", nonsense, at: commits, body(#"{"commits": []}"#)),
            Fault("huge commits", "has no end", at: commits, body(String(repeating: " ", count: 9 << 20))),
            Fault(
                "a pull request without files", "has no revision", at: "/revision/refs%2Fpr%2F7",
                FakeReply(status: 404, code: "RevisionNotFound")),
            Fault(
                "a pull request with hostile files", "could be written outside", at: "/revision/refs%2Fpr%2F7",
                body("{\"sha\": \"\(bot)\", \"siblings\": [{\"rfilename\": \"../x\"}]}")),
            Fault(
                "a pull request whose files are hidden", "answers 503",
                at: "/resolve/\(bot)/config.json", FakeReply(status: 503)),
        ]

    @Test("Takes pytorch_model.bin where the search fails, and says why", arguments: faults)
    func goesOn(_ fault: Fault) async throws {
        let work = try await workplace()
        work.server.misbehave(fault.fault)
        let snapshot = try await work.pull()
        #expect(snapshot.commit.description == Self.main && snapshot.weights == "pytorch_model.bin")
        let said = work.notes.filter { $0.contains("no safetensors are looked for") }
        #expect(said.count == 1 && said.allSatisfy { $0.contains(fault.words) }, "\(work.notes)")
        #expect(work.server.requests.count { $0.path.hasSuffix("/discussions") } <= 20)
        #expect(work.waited.reduce(.zero, +) < .seconds(10))
        #expect(try await offline(work).folder == snapshot.folder)
    }

    @Test("An empty page ends the list of pull requests, whatever it counts")
    func endsAtEmptyPage() async throws {
        let work = try await workplace()
        work.server.misbehave(
            Fault("", "", Self.body(#"{"discussions": [], "count": 1000, "start": 0}"#)).fault)
        #expect(try await work.pull().weights == "pytorch_model.bin")
        #expect(work.server.requests.count { $0.path.hasSuffix("/discussions") } == 1)
        #expect(!work.notes.contains { $0.contains("pull requests") })
    }

    @Test("Reads a limited number of bytes of all pages together")
    func limitsBytes() async throws {
        let work = try await workplace()
        let filler = String(repeating: " ", count: 3 << 20)
        work.server.misbehave(
            Fault("", "", Self.body(#"{"discussions": [{}], "count": 1000, "start": 0}"# + filler)).fault)
        #expect(try await work.pull().weights == "pytorch_model.bin")
        #expect(work.server.requests.count { $0.path.hasSuffix("/discussions") } == 3)
    }

    @Test("Looks at a limited number of the bot's pull requests")
    func limitsCandidates() async throws {
        var repository = Workplace.converted()
        repository.discussions = (1...150).map { number in
            var other = FakeDiscussion(number: number, files: Workplace.checkpoint, commit: "\(number)")
            other.commit = String(String(repeating: "0", count: 40).dropLast(3)) + String(100 + number)
            other.parents = [String(repeating: "0f", count: 20)]
            return other
        }
        let work = try await workplace(repository)
        #expect(try await work.pull().weights == "pytorch_model.bin")
        #expect(work.server.requests.count { $0.path.contains("/commits/") } == 10)
    }

    @Test("Names the failed search where there are no other weights")
    func namesFailedSearch() async throws {
        var files = Workplace.torchCheckpoint
        files["pytorch_model.bin"] = nil
        let work = try await workplace(FakeRepository(files: files))
        work.server.misbehave(Fault("", "", FakeReply(status: 403)).fault)
        let error = try #require(try await work.failure())
        #expect(error.code == .fileMissing)
        #expect(error.message.contains("answers 403 when asked for the pull requests"), "\(error)")
    }
}
