import Captioning
import Foundation
import Imaging
import Logging
import StandIns
import Synchronization
import Testing

@testable import Serving

/// A model that writes "one two three", a word a step, and counts who asks how far it is.
private final class CountingModel: CaptionModel {
    let description = StubModel().description
    let preparation = PixelPreparation(width: 8, height: 8)
    private let journal: Journal
    private let gate: Gate?
    private var rows: [CaptionInput.ID: (prompt: String?, words: [String])] = [:]

    init(_ journal: Journal, gate: Gate? = nil) {
        self.journal = journal
        self.gate = gate
    }

    func join(_ pictures: [CaptionInput], cancellation: Cancellation) -> [CaptionOutcome] {
        for picture in pictures { rows[picture.id] = (picture.options.prompt, []) }
        return []
    }

    func step(cancellation: Cancellation) -> [CaptionOutcome] {
        if rows.values.contains(where: { $0.prompt != nil }) {
            journal.note("step")
            gate?.wait()
        }
        for (id, row) in rows { rows[id]?.words.append(["one", "two", "three"][row.words.count]) }
        let ended = rows.filter { $0.value.words.count == 3 }
        for id in ended.keys { rows[id] = nil }
        return ended.map { id, row in
            CaptionOutcome(
                id: id, result: .success(GeneratedCaption(text: row.words.joined(separator: " "), tokenIDs: [1, 2, 3])))
        }
    }

    func text(of id: CaptionInput.ID) -> String {
        journal.note("asked")
        return rows[id]?.words.joined(separator: " ") ?? ""
    }

    func leave(_ id: CaptionInput.ID) { rows[id] = nil }
    func reset() { rows = [:] }
}

@Suite("Caption listeners")
struct ListeningTests {
    private let journal = Journal()
    private let metrics = CountingMetrics()

    private func captioner(gate: Gate? = nil, isCaching: Bool = false) async -> Captioner {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let cache = CaptionCache([MemoryTier(maxBytes: 1 << 20)], timeToLive: .seconds(60))
        let captioner = Captioner(
            configuration: Captioner.Configuration(), cache: isCaching ? cache : nil,
            metrics: CaptionMetrics(metrics), logger: logger
        ) { [journal] _ in CountingModel(journal, gate: gate) }
        await captioner.start()
        return captioner
    }

    @Test("A listener gets the growing text")
    func grows() async throws {
        let heard = Journal()
        let result = try await captioner().caption(
            try fixture("gradient.png"), options: CaptionOptions(prompt: "a"), listener: heard.note)
        #expect(result.caption == "one two three")
        #expect(heard.all.filter { !$0.isEmpty } == ["one", "one two"])
    }

    @Test("Does not decode text if nobody listens")
    func costsNothing() async throws {
        _ = try await captioner().caption(try fixture("gradient.png"), options: CaptionOptions(prompt: "a"))
        #expect(journal.all == ["step", "step", "step"])
    }

    @Test("A late listener of a shared caption gets the whole text so far")
    func sharing() async throws {
        let (gate, heard) = (Gate(), Journal())
        let captioner = await captioner(gate: gate, isCaching: true)
        let (bytes, options) = (try fixture("gradient.png"), CaptionOptions(prompt: "a"))
        async let first = captioner.caption(bytes, options: options)
        try await eventually("the first is in the model") { journal.all == ["step"] }
        async let second = captioner.caption(bytes, options: options, listener: heard.note)
        try await eventually("the second shares it") {
            metrics.value("image_to_song_cache_requests_total", ["result": "shared"]) == 1
        }
        for _ in 0..<3 { gate.open() }
        #expect(try await first.caption == "one two three")
        #expect(try await second.caption == "one two three")
        #expect(heard.all == ["one", "one two"])
        #expect(journal.all.count { $0 == "step" } == 3)
    }
}
