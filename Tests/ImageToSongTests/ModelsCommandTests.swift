import FakeHub
import Foundation
import StandIns
import Synchronization
import Testing

@Suite("models", .heavy)
struct ModelsCommandTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A hub that has the demo checkpoint under a name, and a folder for models.
    private func withHub(
        as name: String = "acme/demo", _ body: (FakeHub, URL) async throws -> Void
    ) async throws {
        let hub = try await FakeHub()
        hub.set(name, FakeRepository(files: try files(in: "Models/demo")))
        let folder = try FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
            .created()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(hub, folder)
    }

    /// The files of a folder of the repository, by their names.
    private func files(in folder: String) throws -> [String: [UInt8]] {
        let folder = Self.repository.appendingPathComponent(folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0)))) })
    }

    private func environment(_ hub: FakeHub, _ folder: URL) -> [String: String] {
        [
            "HF_ENDPOINT": hub.endpoint, "HF_TOKEN": "hf_secret", "HF_HUB_CACHE": "", "HF_HOME": "",
            "HF_HUB_OFFLINE": "",
            "MODEL_CACHE_DIR": folder.path, "MODEL_ID": "acme/demo", "HOST": "127.0.0.1", "PORT": "0",
            "LOG_LEVEL": "INFO",
        ]
    }

    private func run(_ arguments: String..., environment: [String: String]) throws -> Finished {
        try Finished(arguments, environment: environment)
    }

    @Test("Downloads an embedding model by name and ranks songs with it")
    func embeds() async throws {
        let model = Self.repository.appendingPathComponent("Tests/SentenceEmbeddingTests/Fixtures/mean")
        var files: [String: [UInt8]] = [:]
        for name in ["config.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "tokenizer.json"]
            + ["1_Pooling/config.json"]
        {
            files[name] = Array(try Data(contentsOf: model.appendingPathComponent(name)))
        }
        try await withHub { hub, folder in
            hub.set("acme/sentences", FakeRepository(files: files))
            var environment = environment(hub, folder)
            environment["MODEL_ID"] = Self.repository.appendingPathComponent("Models/demo").path
            environment["EMBEDDING_MODEL"] = "acme/sentences"
            let picture = Self.repository.appendingPathComponent("Samples/harbour-evening.jpg").path
            let matched = try run("match", picture, "--limit", "1", "--json", environment: environment)
            #expect(matched.status == 0, "\(matched.complaints)")
            #expect(matched.output.contains(#""embedding":0."#), "\(matched.output)")
            environment["EMBEDDING_MODEL"] = "acme/nothing"
            let without = try run("match", picture, "--limit", "1", "--json", environment: environment)
            #expect(without.status == 0)
            #expect(without.complaints.contains("acme/nothing"), "\(without.complaints)")
            #expect(!without.output.contains(#""embedding":0."#), "\(without.output)")
        }
    }

    @Test("Names a disk that fills up during a download; the partial model is not used")
    func fullDisk() async throws {
        try await withHub { hub, folder in
            let environment = environment(hub, folder)
            // No file may grow beyond a few kilobytes; with the signal ignored, writing fails as on a full disk.
            let pulled = try Finished(
                [
                    "-c", "trap '' XFSZ; ulimit -f 20; exec \"$@\"", "sh", Program.built.path, "models", "pull",
                    "acme/demo",
                ], environment: environment, program: URL(fileURLWithPath: "/bin/sh"))
            #expect(pulled.status == 1)
            #expect(pulled.complaints.contains(folder.path), "\(pulled.complaints)")
            let listed = try run("models", "list", "--json", environment: environment)
            #expect(!listed.output.contains(#""missing_files":[]"#), "\(listed.output)")
            #expect(try run("models", "pull", "acme/demo", environment: environment).status == 0)
        }
    }

    @Test("Downloads, lists, uses, verifies and removes a model by name")
    func keepsHouse() async throws {
        try await withHub { hub, folder in
            let environment = environment(hub, folder)
            let pulled = try run("models", "pull", "acme/demo", environment: environment)
            #expect(pulled.status == 0, "\(pulled.complaints)")
            #expect(pulled.output.hasPrefix(folder.appendingPathComponent("models--acme--demo/snapshots").path))
            #expect(!pulled.complaints.contains("hf_secret"))

            let picture = Self.repository.appendingPathComponent("Samples/harbour-evening.jpg").path
            let caption = try run("caption", picture, environment: environment)
            #expect(caption.output.contains("harbour"), "\(caption.complaints)")

            let listed = try run("models", "list", "--json", environment: environment)
            let row = try #require(try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any])
            #expect(row["name"] as? String == "acme/demo" && row["references"] as? [String] == ["main"])
            #expect((row["precisions"] as? [String])?.count == 1 && row["last_use"] is String)
            #expect(row["missing_files"] as? [String] == [])
            #expect(
                try run("models", "list", environment: environment).output.contains(
                    "acme/demo  a1a1a1a1a1a1 (main)"))

            #expect(try run("models", "verify", environment: environment).status == 0)
            let tokenizer = URL(fileURLWithPath: pulled.output.trimmingCharacters(in: .newlines))
                .appendingPathComponent("tokenizer.json").resolvingSymlinksInPath()
            try Data("{}".utf8).write(to: tokenizer)
            let damaged = try run("models", "verify", "acme/demo", environment: environment)
            #expect(damaged.status == 1 && damaged.output.contains("tokenizer.json is damaged"))

            #expect(try run("models", "remove", "acme/demo", environment: environment).status == 1)
            #expect(try run("models", "remove", "--yes", "acme/demo", environment: environment).status == 0)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!left.contains("models--acme--demo"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("compiled").path)
                    == [])
            #expect(try run("models", "verify", "acme/demo", environment: environment).status == 1)
        }
    }

    /// A fixture's checkpoint with what it lacks: an image processor, and a tokenizer of its 68 tokens.
    private func fixture(_ name: String) throws -> [String: [UInt8]] {
        var files = try files(in: "Tests/Fixtures/\(name)")
        let demo = Self.repository.appendingPathComponent("Models/demo")
        func change(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
            let bytes = try Data(contentsOf: demo.appendingPathComponent(name))
            var object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            change(&object)
            files[name] = Array(try JSONSerialization.data(withJSONObject: object))
        }
        try change("preprocessor_config.json") { $0["size"] = ["height": 14, "width": 14] }
        try change("tokenizer.json") { tokenizer in
            var model = tokenizer["model"] as? [String: Any] ?? [:]
            model["vocab"] = (model["vocab"] as? [String: Int])?.filter { $0.value < 67 }
            model["merges"] = [String]()
            tokenizer["model"] = model
            tokenizer["added_tokens"] = (tokenizer["added_tokens"] as? [[String: Any]])?.map { token in
                token["content"] as? String == "<image>" ? token.merging(["id": 67]) { $1 } : token
            }
        }
        return files
    }

    @Test("Downloads pytorch_model.bin, captions with it as with the same safetensors, also offline, and removes it")
    func takesTorchWeights() async throws {
        try await withHub { hub, folder in
            hub.set("acme/torch", FakeRepository(files: try fixture("pytorch-bin")))
            var environment = environment(hub, folder)
            environment["MODEL_ID"] = "acme/torch"
            let pulled = try run("models", "pull", "acme/torch", environment: environment)
            #expect(pulled.status == 0, "\(pulled.complaints)")
            let snapshot = URL(fileURLWithPath: pulled.output.trimmingCharacters(in: .newlines))
            let weights = try FileManager.default.contentsOfDirectory(atPath: snapshot.path).filter {
                $0.hasPrefix("pytorch_model")
            }
            #expect(weights.count == 3)

            let twin = try folder.appendingPathComponent("twin").created()
            for (name, bytes) in try fixture("single-query") {
                try Data(bytes).write(to: twin.appendingPathComponent(name))
            }
            let picture = Self.repository.appendingPathComponent("Samples/harbour-evening.jpg").path
            let expected = try run("caption", picture, "--model", twin.path, environment: environment)
            #expect(expected.status == 0 && !expected.output.isEmpty, "\(expected.complaints)")
            environment["HF_HUB_OFFLINE"] = "1"
            let caption = try run("caption", picture, environment: environment)
            #expect(caption.output == expected.output, "\(caption.complaints)")

            let listed = try run("models", "list", "--json", environment: environment)
            let row = try #require(try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any])
            #expect((row["precisions"] as? [String])?.count == 1 && row["missing_files"] as? [String] == [])
            #expect(try run("models", "verify", environment: environment).status == 0)
            let shard = snapshot.appendingPathComponent("pytorch_model-00001-of-00002.bin").resolvingSymlinksInPath()
            try Data("version https://git-lfs.github.com/spec/v1\n".utf8).write(to: shard)
            let damaged = try run("models", "verify", "acme/torch", environment: environment)
            #expect(damaged.status == 1 && damaged.output.contains("pytorch_model-00001-of-00002.bin is damaged"))
            #expect(try run("models", "remove", "--yes", "acme/torch", environment: environment).status == 0)
            #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).contains("models--acme--torch"))
        }
    }

    @Test("Downloads and uses safetensors of the Hub's conversion bot where main has none")
    func takesConversion() async throws {
        try await withHub { hub, folder in
            var environment = environment(hub, folder)
            var files = try files(in: "Models/demo")
            let request = FakeDiscussion(number: 3, files: files)
            files["model.safetensors"] = nil
            files["pytorch_model.bin"] = [1, 2, 3]
            var repository = FakeRepository(files: files)
            repository.discussions = [request]
            hub.set("acme/demo", repository)
            let pulled = try run("models", "pull", "acme/demo", environment: environment)
            #expect(pulled.status == 0 && pulled.complaints.contains("refs/pr/3 are taken"), "\(pulled.complaints)")
            environment["HF_HUB_OFFLINE"] = "1"
            let picture = Self.repository.appendingPathComponent("Samples/harbour-evening.jpg").path
            let caption = try run("caption", picture, environment: environment)
            #expect(caption.output.contains("harbour"), "\(caption.complaints)")
            let listed = try run("models", "list", environment: environment).output
            #expect(listed.contains("acme/demo  c3c3c3c3c3c3 (main, refs/pr/3)"), "\(listed)")
            #expect(try run("models", "verify", "acme/demo", environment: environment).status == 0)
            #expect(try run("models", "remove", "--yes", "acme/demo@main", environment: environment).status == 0)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!left.contains("models--acme--demo"))
        }
    }

    @Test("A short name works wherever a name on the Hub does, and models available says what is here")
    func shortNames() async throws {
        try await withHub(as: "Salesforce/blip-image-captioning-base") { hub, folder in
            var environment = environment(hub, folder)
            environment["MODEL_ID"] = "blip"
            func row() throws -> [String: Any] {
                let listed = try run("models", "available", "--json", environment: environment)
                #expect(listed.status == 0 && listed.complaints == "")
                let rows = try listed.output.split(separator: "\n").map {
                    try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
                }
                return try #require(rows.first { $0["alias"] as? String == "blip" })
            }
            let before = try row()
            #expect(before["fetched"] as? Bool == false && before["precisions"] as? [String] == [])
            #expect(before["hub_id"] as? String == "Salesforce/blip-image-captioning-base")
            #expect(before["model_type"] as? String == "blip" && before["licence"] as? String == "BSD-3-Clause")
            #expect(before["download_bytes"] as? Int == 990_000_000 && before["good_for"] is String)
            let int4 = try #require(before["int4_memory_bytes"] as? Int)
            let machine = try #require(before["machine_memory_bytes"] as? Int)
            #expect(try int4 < #require(before["int8_memory_bytes"] as? Int))
            #expect(before["fits"] as? String == (int4 <= machine / 2 ? "yes" : int4 <= machine ? "tight" : "no"))

            let pulled = try run("models", "pull", "BLIP", environment: environment)
            let snapshots = "models--Salesforce--blip-image-captioning-base/snapshots"
            #expect(pulled.status == 0, "\(pulled.complaints)")
            #expect(pulled.output.hasPrefix(folder.appendingPathComponent(snapshots).path))
            let fetched = try row()
            #expect(fetched["fetched"] as? Bool == true && fetched["precisions"] as? [String] == [])

            let picture = Self.repository.appendingPathComponent("Samples/harbour-evening.jpg").path
            let byFlag = try run(
                "caption", "--model", "blip@main", "--device", "cpu", picture, environment: environment)
            #expect(byFlag.output.contains("harbour"), "\(byFlag.complaints)")
            #expect(!byFlag.complaints.contains("demo checkpoint") && !byFlag.complaints.contains("folder"))
            #expect(try run("caption", picture, environment: environment).output == byFlag.output)
            #expect(try row()["precisions"] as? [String] == ["int4"])
            let table = try run("models", "available", environment: environment)
            #expect(table.output.hasPrefix("NAME "))
            #expect(
                table.output.contains(
                    /(?m)^blip  .* 990 MB +about [0-9]+ MB +about [0-9]+ MB .*  compiled int4  BSD-3-Clause +Salesforce\/blip-image-cap/
                ))
            #expect(table.output.contains(/(?m)^blip2  .* –  +MIT/))
            #expect(table.complaints.contains(/^This machine has .*B of memory/))

            #expect(try run("models", "verify", "Blip", environment: environment).status == 0)
            #expect(try run("models", "remove", "--yes", "blip", environment: environment).status == 0)
            #expect(try row()["fetched"] as? Bool == false)
            let part = folder.appendingPathComponent("\(snapshots)/\(String(repeating: "b2", count: 20))")
            try Data("{}".utf8).write(to: try part.created().appendingPathComponent("config.json"))
            let incomplete = try run("models", "available", environment: environment)
            #expect(incomplete.output.contains(/(?m)^blip  .*  \(incomplete\)  BSD/))
            #expect(try row()["fetched"] as? Bool == false)
        }
    }

    @Test("A folder hides the model of that short name, and says so")
    func hidesShortNames() async throws {
        try await withHub { hub, folder in
            let environment = environment(hub, folder)
            let picture = Self.repository.appendingPathComponent("Samples/harbour-evening.jpg").path
            let place = folder.appendingPathComponent("blip")
            try FileManager.default.copyItem(
                at: Self.repository.appendingPathComponent("Models/demo"), to: place)
            let caption = try Finished(
                ["caption", "--model", "blip", picture], environment: environment, folder: folder)
            #expect(caption.output.contains("harbour"))
            let sentence = "The model is the folder blip here. For the one on the Hub, give "
            #expect(caption.complaints.contains("\(sentence)Salesforce/blip-image-captioning-base."))

            try FileManager.default.removeItem(at: place.appendingPathComponent("config.json"))
            let refused = try Finished(
                ["caption", "--model", "blip", picture], environment: environment, folder: folder)
            #expect(refused.status == 1)
            #expect(refused.complaints.contains("it has no config.json"))
            #expect(
                refused.complaints.contains(
                    "If the model on the Hub is meant, give Salesforce/blip-image-captioning-base."))
        }
    }

    @Test("An unknown short name is named with those that are near", arguments: ["caption", "serve", "models"])
    func advises(_ command: String) throws {
        let finished =
            switch command {
            case "caption": try run("caption", "--model", "blip-lrage", "x.jpg", environment: [:])
            case "serve": try run("serve", environment: ["MODEL_ID": "blip-lrage"])
            default: try run("models", "pull", "blip-lrage", environment: [:])
            }
        #expect(finished.status == (command == "models" ? 2 : 1))
        #expect(finished.complaints.contains("Was blip-large meant? `image-to-song models available` says"))
    }

    @Test("Health is starting while the model downloads; captions work afterwards")
    func servesMeanwhile() async throws {
        try await withHub { hub, folder in
            let isHeld = Flag()
            hub.misbehave { request, reply in
                request.isElsewhere && isHeld.isSet ? FakeReply(status: 503, headers: ["Retry-After": "1"]) : reply
            }
            let server = try Running(["serve"], environment: environment(hub, folder), folder: folder)
            defer { server.forget() }
            var port: Substring?
            try await eventually("the server listens, and its model is refused") {
                let log = try server.complaints()
                port = log.firstMatch(of: /listening on 127\.0\.0\.1:([0-9]+)/)?.output.1
                return port != nil && log.contains("Trying again in")
            }
            let address = "http://127.0.0.1:\(try #require(port))/health"
            let health = try run("health", address, "--timeout", "3600", environment: [:])
            #expect(health.status == 1 && (health.output + health.complaints).contains("503"))
            isHeld.clear()
            try await eventually("the model is ready") { try server.complaints().contains("The model is ready") }
            #expect(try server.complaints().contains("Fetching acme/demo: 100 %"))
            #expect(try !server.complaints().contains("hf_secret"))
            #expect(try run("health", address, "--timeout", "3600", environment: [:]).status == 0)
        }
    }

    @Test("Says that a model is neither a folder nor on the Hub")
    func tellsMissing() async throws {
        try await withHub { hub, folder in
            let finished = try run(
                "caption", "--model", "acme/nothing", "x.jpg", environment: environment(hub, folder))
            #expect(finished.status == 1)
            #expect(finished.complaints.contains("has no model acme/nothing"))
            #expect(finished.complaints.contains("There is no folder acme/nothing either."))
        }
    }

    @Test(
        "Refuses an invalid model name as wrong usage",
        arguments: [
            ["models", "pull", "nonsense"], ["models", "remove", "a/../b"], ["models", "verify", "a/b@../c"],
        ])
    func refusesNames(_ arguments: [String]) throws {
        let finished = try Finished(arguments, environment: [:])
        #expect(finished.status == 2)
        #expect(finished.complaints.contains(" is no "))
    }

    /// Set until it is cleared.
    private final class Flag: Sendable {
        private let value = Mutex(true)
        var isSet: Bool { value.withLock { $0 } }
        func clear() { value.withLock { $0 = false } }
    }
}
