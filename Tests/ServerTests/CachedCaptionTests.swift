import Captioning
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import Serving
import Settings
import StandIns
import Testing

@testable import Server

@Suite("Cached captions and a full queue", .heavy)
struct CachedCaptionTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "remembering-\(UUID().uuidString)")

    /// Runs the application around a stub whose captions are counted, with a cache and a queue of one.
    private func run(
        _ model: @escaping @Sendable () -> StubModel,
        _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = TestServer.patientSettings
        settings.modelCacheDirectory = folder.path
        settings.maxBatchSize = 1
        settings.maxQueue = 1
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let captioner = Captioner(
            configuration: Captioner.Configuration(settings), cache: CaptionCache(settings, logger: logger),
            logger: logger
        ) { _ in model() }
        let application = buildApplication(ServerConfiguration(settings), captioner: captioner, logger: logger)
        try await application.test(.router) { client in
            await captioner.start()
            try await test(client)
        }
        await captioner.close()
    }

    @Test("Answers from the cache, unless Cache-Control is no-cache")
    func cached() async throws {
        let journal = Journal()
        let model: @Sendable () -> StubModel = {
            StubModel { _, _ in
                journal.note("made")
                return "caption \(journal.all.count)"
            }
        }
        try await run(model) { client in
            let body = TestForm(image: try fixture("gradient.png")).body
            let first = try await client.caption(body).object()
            let second = try await client.caption(body).object()
            #expect(first["cached"] as? Bool == false)
            #expect(second["cached"] as? Bool == true)
            #expect(second["caption"] as? String == first["caption"] as? String)
            for directive in ["no-cache", "max-age=0, No-Store"] {
                let fresh = try await client.caption(body, headers: [.cacheControl: directive]).object()
                #expect(fresh["cached"] as? Bool == false)
                #expect(fresh["caption"] as? String != first["caption"] as? String)
            }
        }
    }

    @Test("Streams a cached caption at once, in one piece")
    func streamed() async throws {
        let model: @Sendable () -> StubModel = { StubModel { options, _ in options.prompt ?? "" } }
        try await run(model) { client in
            let first = try Events(try await client.stream(prompt: "a boat"))
            let second = try Events(try await client.stream(prompt: "a boat"))
            #expect(first.all.last?.data["cached"] as? Bool == false)
            #expect(second.names == ["token", "caption"] && second.text == "a boat")
            #expect(second.all.last?.data["cached"] as? Bool == true)
        }
    }

    @Test("Generates a sampled caption again each time, unless it has a seed")
    func drawn() async throws {
        let journal = Journal()
        let model: @Sendable () -> StubModel = {
            StubModel { options, _ in
                if options.prompt != nil { journal.note("made") }
                return "caption"
            }
        }
        try await run(model) { client in
            for (temperature, seed, made) in [("0.5", "", 2), ("0.5", "7", 3), ("0", "", 4)] {
                for _ in 0..<2 {
                    var form = TestForm()
                    for (name, text) in ["prompt": "a", "temperature": temperature, "seed": seed] {
                        form.add(text, as: name)
                    }
                    form.add(file: try fixture("gradient.png"), named: "a.png", as: "image")
                    #expect(try await client.caption(form.body).status == .ok)
                }
                #expect(journal.all.count == made)
            }
        }
    }

    @Test("Returns 503 with Retry-After at once when the queue is full")
    func queueFull() async throws {
        let (gate, journal) = (DispatchSemaphore(value: 0), Journal())
        let model: @Sendable () -> StubModel = {
            StubModel { options, _ in
                guard options.prompt != nil else { return "a stub" }
                journal.note("begun")
                gate.wait()
                return "late"
            }
        }
        try await run(model) { client in
            @Sendable func ask(_ prompt: String) async throws -> TestResponse {
                var form = TestForm(image: try fixture("gradient.png"))
                form.add(prompt, as: "prompt")
                return try await client.caption(form.body)
            }
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                group.addTask { try await ask("one").status }
                try await eventually("the first is in the model") { !journal.all.isEmpty }
                group.addTask { try await ask("two").status }
                // Whichever of the two comes second is refused.
                group.addTask { try await ask("three").status }
                let refused = try await group.next()
                #expect(refused == .serviceUnavailable)
                let response = try await ask("four")
                try response.expectProblem(503, "queue_full")
                #expect(Int(response.headers[.retryAfter] ?? "") ?? 0 >= 1)
                for _ in 0..<2 { gate.signal() }
                for try await status in group { #expect(status == .ok) }
            }
        }
    }
}
