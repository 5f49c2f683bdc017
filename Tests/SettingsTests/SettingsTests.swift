import Configuration
import Foundation
import Imaging
import Logging
import Testing

@testable import Settings

@Suite("Settings")
struct SettingsTests {
    private func load(_ environment: [String: String], file: String = "/nowhere/.env") throws -> LoadedSettings {
        try LoadedSettings.load(
            environment: EnvironmentVariablesProvider(environmentVariables: environment), environmentFile: file)
    }

    private func settings(_ environment: [String: String], file: String = "/nowhere/.env") throws -> Settings {
        try load(environment, file: file).settings
    }

    private func withFile<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).env")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url.path)
    }

    @Test("Uses the defaults without environment and file")
    func defaults() throws {
        #expect(try settings([:]) == Settings())
        #expect(try load([:]).warnings == [])
    }

    @Test("Prefers the environment to the file, and the file to the default")
    func order() throws {
        try withFile("# a comment\nPORT=9000\nHOST=127.0.0.1\n") { path in
            let settings = try settings(["PORT": "9001"], file: path)
            #expect(settings.port == 9001)
            #expect(settings.host == "127.0.0.1")
            #expect(settings.maxWorkers == 2)
        }
    }

    @Test("Reads each setting into its property")
    func allFields() throws {
        var expected = Settings()
        expected.host = "::1"
        expected.port = 1
        expected.modelID = "Salesforce/blip2-opt-2.7b"
        expected.modelCacheDirectory = "/models"
        expected.precision = "fp32"
        expected.usesGPU = false
        expected.maxImageSize = 1000
        expected.maxWorkers = 3
        expected.pictureMemory = 20_000_000
        expected.pictureRules = .transformers
        expected.maxBatchSize = 5
        expected.maxQueue = 6
        expected.maxBatchImages = 7
        expected.targetImageWidth = 8
        expected.targetImageHeight = 9
        expected.requestTimeout = .seconds(1.5)
        expected.captionCacheTTL = .seconds(10)
        expected.captionCacheMemory = 11
        expected.captionCacheEntries = 12
        expected.songCatalogue = "/music/songs.sqlite"
        expected.moodLexicon = "/music/words.csv"
        expected.embeddingModel = "acme/sentences"
        expected.maxImportSize = 13
        expected.spotifyClientID = "client"
        expected.spotifyClientSecret = "secret"
        expected.spotifyMarket = "DE"
        expected.corsOrigins = ["https://a.example", "http://localhost:3000"]
        expected.allowedHosts = ["music.example", ".a.example", ".b.example"]
        expected.refusesUnknownFields = false
        expected.apiKeys = ["first-key-of-the-two", "second-key-of-the-two"]
        expected.rateLimit = 13
        expected.logLevel = .warning
        expected.isDebug = true
        let environment = [
            "HOST": "::1", "PORT": "1", "MODEL_ID": "Salesforce/blip2-opt-2.7b", "MODEL_CACHE_DIR": "/models",
            "PRECISION": "FP32", "USE_GPU": "no", "MAX_IMAGE_SIZE": "1000", "MAX_WORKERS": "3", "MAX_BATCH_SIZE": "5",
            "PICTURE_MEMORY": "20000000", "PICTURE_RULES": "Transformers",
            "MAX_QUEUE": "6", "MAX_BATCH_IMAGES": "7", "TARGET_IMAGE_WIDTH": "8", "TARGET_IMAGE_HEIGHT": "9",
            "REQUEST_TIMEOUT": "1.5", "CAPTION_CACHE_TTL": "10", "CAPTION_CACHE_MEMORY": "11",
            "CAPTION_CACHE_ENTRIES": "12", "SONG_CATALOGUE": "/music/songs.sqlite", "MOOD_LEXICON": "/music/words.csv",
            "EMBEDDING_MODEL": "acme/sentences", "MAX_IMPORT_SIZE": "13",
            "SPOTIFY_CLIENT_ID": "client",
            "SPOTIFY_CLIENT_SECRET": "secret", "SPOTIFY_MARKET": "de",
            "CORS_ORIGINS": "https://a.example, http://localhost:3000",
            "ALLOWED_HOSTS": "Music.example, .a.example, *.b.example", "STRICT_FIELDS": "off",
            "API_KEYS": "first-key-of-the-two,second-key-of-the-two", "RATE_LIMIT": "13", "LOG_LEVEL": "warn",
            "DEBUG": "1",
        ]
        #expect(Set(environment.keys) == Set(Settings.table.map(\.name)))
        #expect(try settings(environment) == expected)
    }

    @Test("An empty value counts as unset")
    func emptyValue() throws {
        #expect(try settings(["PORT": "", "DEBUG": ""]) == Settings())
        try withFile("PORT=9000\nHOST=\n") { path in
            let settings = try settings(["PORT": ""], file: path)
            #expect(settings.port == 9000)
            #expect(settings.host == Settings().host)
        }
    }

    @Test(
        "Names an unreadable value, its setting and the allowed values",
        arguments: [
            ("PORT", "eighty", "a whole number from 0 to 65535"),
            ("PORT", "65536", "a whole number from 0 to 65535"),
            ("PRECISION", "int3", "one of auto, fp32"),
            ("USE_GPU", "maybe", "true or false"),
            ("MAX_IMAGE_SIZE", "10MB", "a whole number from 1 to 1073741824"),
            ("MAX_WORKERS", "0", "a whole number from 1 to 64"),
            ("REQUEST_TIMEOUT", "nan", "a number of seconds from 0.1 to 86400"),
            ("LOG_LEVEL", "LOUD", "one of TRACE, DEBUG, INFO, NOTICE, WARNING, WARN, ERROR, CRITICAL"),
            ("DEBUG", "2", "true or false"),
            (
                "ALLOWED_HOSTS", "http://a.example",
                "* or names such as music.example.org or .example.org, with commas between them"
            ),
            (
                "ALLOWED_HOSTS", "a.example:8000",
                "* or names such as music.example.org or .example.org, with commas between them"
            ),
            (
                "ALLOWED_HOSTS", "a..example",
                "* or names such as music.example.org or .example.org, with commas between them"
            ),
            ("ALLOWED_HOSTS", "*.", "* or names such as music.example.org or .example.org, with commas between them"),
            ("STRICT_FIELDS", "maybe", "true or false"),
            ("CORS_ORIGINS", "example.org", "* or origins such as https://example.org:8443, with commas between them"),
        ])
    func unreadable(name: String, value: String, expectation: String) throws {
        let error = try #require(throws: SettingsError.self) { try settings([name: value]) }
        #expect(error.code == .invalidSetting)
        #expect(error.message.hasPrefix("The setting \(name) is \"\(value)\"; it may be \(expectation)"))
        #expect(error.message.hasSuffix("."))
    }

    @Test("Names the line of an unreadable value in the file")
    func unreadableInFile() throws {
        try withFile("\nPORT='eighty\\n'\n") { path in
            let error = try #require(throws: SettingsError.self) { try settings([:], file: path) }
            #expect(
                error.message == "The setting PORT is \"eighty\\\\n\" (\(path), line 2); it may be a whole number "
                    + "from 0 to 65535.")
            #expect(try settings(["PORT": "1"], file: path).port == 1)
        }
    }

    @Test(
        "An error about a value is short and on one line",
        arguments: ["a\nb", String(repeating: "x", count: 500)])
    func sentenceLength(_ value: String) throws {
        let error = try #require(throws: SettingsError.self) { try settings(["PORT": value]) }
        #expect(!error.message.contains("\n"))
        #expect(error.message.count < 200)
    }

    @Test("Does not show a secret that cannot be read", arguments: ["API_KEYS"])
    func unreadableSecret(_ name: String) throws {
        let error = try #require(throws: SettingsError.self) { try settings([name: "se cret,other"]) }
        #expect(error.message.hasPrefix("The setting \(name) is ********; it may be keys of"))
        #expect(!error.message.contains("cret"))
    }

    @Test("Refuses a path that is not a file")
    func unreadableFile() throws {
        let folder = FileManager.default.temporaryDirectory.path
        let error = try #require(throws: SettingsError.self) { try settings([:], file: folder) }
        #expect(error.code == .invalidSetting)
        #expect(error.message.contains(folder))
    }

    @Test("A printed value can be read again as the same setting", arguments: Settings.table.map(\.name))
    func showsWhatItReads(_ name: String) throws {
        let setting = try #require(Settings.table.first { $0.name == name })
        var settings = Settings()
        let shown = setting.show(settings)
        if shown != "(none)" { try setting.read(shown, .environment, &settings) }
        #expect(settings == Settings())
    }
}
