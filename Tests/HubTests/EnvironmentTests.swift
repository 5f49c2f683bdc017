import Foundation
import StandIns
import Testing

@testable import Hub

@Suite("Hub environment variables", .heavy)
struct EnvironmentTests {
    private let modelCache = URL(fileURLWithPath: "/cache")

    private func environment(_ variables: [String: String]) throws -> HubEnvironment {
        try HubEnvironment(["XDG_CACHE_HOME": "/nowhere"].merging(variables) { $1 }, modelCache: modelCache)
    }

    @Test(
        "Uses HF_HUB_CACHE, then HF_HOME, then MODEL_CACHE_DIR",
        arguments: [
            (["HF_HUB_CACHE": "/a", "HF_HOME": "/b"], "/a"), (["HF_HOME": "/b"], "/b/hub"), ([:], "/cache"),
            (["HF_HUB_CACHE": "", "HF_HOME": " "], "/cache"),
        ] as [([String: String], String)])
    func findsCache(_ variables: [String: String], _ path: String) throws {
        #expect(try environment(variables).cache.path == path)
    }

    @Test("Reads the token from HF_TOKEN or a file, and never prints it")
    func readsTokens() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("hf_file\n".utf8).write(to: folder.appending(path: "token"))

        #expect(try environment([:]).token == nil)
        #expect(try environment(["HF_TOKEN": " hf_secret\n"]).token?.secret == "hf_secret")
        #expect(try environment(["HF_HOME": folder.path]).token?.secret == "hf_file")
        #expect(try environment(["HF_TOKEN_PATH": folder.appending(path: "token").path]).token?.secret == "hf_file")
        #expect(try environment(["HF_HOME": folder.path, "HF_TOKEN": "hf_secret"]).token?.secret == "hf_secret")
        #expect(try environment(["HF_TOKEN": "x", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]).token == nil)

        let environment = try environment(["HF_TOKEN": "hf_secret"])
        var dumped = ""
        dump(environment, to: &dumped)
        #expect(!"\(environment) \(String(reflecting: environment.token)) \(dumped)".contains("hf_secret"))
    }

    @Test(
        "Refuses an unusable variable by name, without showing the token",
        arguments: [
            ("HF_ENDPOINT", "ftp://x"), ("HF_ENDPOINT", "huggingface.co"), ("HF_ENDPOINT", "https://me:hf_secret@x"),
            ("HF_TOKEN", "hf_secret\u{1}x"), ("HF_TOKEN", "hf_secret ü"),
        ])
    func refuses(_ name: String, _ value: String) throws {
        let error = try #require(throws: HubError.self) { try environment([name: value]) }
        #expect(error.code == .invalidEnvironment)
        #expect(error.message.contains(name) && !error.message.contains("hf_secret"))
    }

    @Test("HF_ENDPOINT may have a path and a trailing slash; the default is huggingface.co")
    func readsEndpoints() throws {
        #expect(try environment([:]).endpoint.absoluteString == "https://huggingface.co")
        #expect(
            try environment(["HF_ENDPOINT": "http://mirror:8080/hub/"]).endpoint.absoluteString
                == "http://mirror:8080/hub")
    }

    @Test(
        "Reads HF_HUB_OFFLINE as huggingface_hub does",
        arguments: [("1", true), ("ON", true), ("0", false), ("", false)])
    func readsOffline(_ value: String, _ isOffline: Bool) throws {
        #expect(try environment(["HF_HUB_OFFLINE": value]).isOffline == isOffline)
    }

    @Test("Uses the proxy of the scheme, except for NO_PROXY and this machine")
    func readsProxies() throws {
        let proxy = ["HTTPS_PROXY": "http://me:word@proxy:3128"]
        #expect(try environment(proxy).proxy?.host == "proxy")
        #expect(try environment(["https_proxy": "proxy:1"]).proxy?.port == 1)
        for list in ["*", "huggingface.co", "x, .co", "co"] {
            #expect(try environment(proxy.merging(["NO_PROXY": list]) { $1 }).proxy == nil)
        }
        #expect(try environment(proxy.merging(["NO_PROXY": "face.co"]) { $1 }).proxy != nil)
        for endpoint in ["http://mirror", "https://localhost:1"] {
            #expect(try environment(proxy.merging(["HF_ENDPOINT": endpoint]) { $1 }).proxy == nil)
        }
        #expect(throws: HubError.self) { try environment(["HTTPS_PROXY": "socks5://proxy"]) }
    }
}
