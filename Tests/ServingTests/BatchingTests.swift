import Captioning
import Concurrency
import Imaging
import Logging
import StandIns
import Synchronization
import Testing

@testable import Serving

/// A model whose captions take as many steps as `max_new_tokens` says, and which writes down who goes with whom.
private final class SteppingModel: CaptionModel {
    let description = StubModel().description
    let preparation = PixelPreparation(width: 8, height: 8)
    private let journal: Journal
    /// Waited for before each step, the warm-up's apart.
    private let gate: Gate?
    private var rows: [(picture: CaptionInput, left: Int)] = []
    /// Whether the captioner warms the model up, as it does before the first request.
    private var isWarmingUp: Bool { rows.allSatisfy { $0.picture.options.prompt == nil } }

    init(_ journal: Journal, gate: Gate? = nil) {
        self.journal = journal
        self.gate = gate
    }

    func join(_ pictures: [CaptionInput], cancellation: Cancellation) throws -> [CaptionOutcome] {
        let (refused, joining) = pictures.partitioned { $0.options.prompt == "refused" }
        rows += joining.map { ($0, $0.options.maxNewTokens ?? 1) }
        if !isWarmingUp { journal.note("join " + pictures.map(name).joined(separator: " ")) }
        return refused.map {
            CaptionOutcome(id: $0.id, result: .failure(ServingError(.invalidOption, "Not this one.")))
        }
    }

    func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        if !isWarmingUp {
            gate?.wait()
            journal.note("step " + rows.map { name($0.picture) }.joined(separator: " "))
            if rows.contains(where: { $0.picture.options.prompt == "broken" }) {
                throw ServingError(.internalFailure, "The machine broke.")
            }
        }
        for index in rows.indices { rows[index].left -= 1 }
        defer { rows.removeAll { $0.left <= 0 } }
        return rows.filter { $0.left <= 0 }.map {
            CaptionOutcome(
                id: $0.picture.id, result: .success(GeneratedCaption(text: name($0.picture), tokenIDs: [1])))
        }
    }

    func leave(_ id: CaptionInput.ID) {
        journal.note("leave")
        rows.removeAll { $0.picture.id == id }
    }

    func reset() {
        if !isWarmingUp { journal.note("reset") }
        rows = []
    }

    private func name(_ picture: CaptionInput) -> String { picture.options.prompt ?? "-" }
}

extension Array {
    fileprivate func partitioned(_ isFirst: (Element) -> Bool) -> ([Element], [Element]) {
        (filter(isFirst), filter { !isFirst($0) })
    }
}

@Suite("Batching and admission")
struct BatchingTests {
    private let journal = Journal()
    private let gate = Gate()

    private func captioner(batch: Int = 3, queue: Int = 64) async -> Captioner {
        var configuration = Captioner.Configuration()
        configuration.maxBatchSize = batch
        configuration.maxQueue = queue
        configuration.timeout = .endless
        let captioner = Captioner(configuration: configuration, logger: Logger(label: "test")) { [journal, gate] _ in
            SteppingModel(journal, gate: gate)
        }
        await captioner.start()
        return captioner
    }

    private func ask(_ captioner: Captioner, _ name: String, steps: Int) throws -> Task<String, any Error> {
        let bytes = try fixture("gradient.png")
        return Task {
            try await captioner.caption(bytes, options: CaptionOptions(prompt: name, maxNewTokens: steps)).caption
        }
    }

    private func wait(for line: String) async throws {
        try await eventually("the model wrote \(line)") { journal.all.contains(line) }
    }

    /// Waits until so many pictures stand in line for the model.
    private func wait(forQueue count: Int, at captioner: Captioner) async throws {
        try await eventually("\(count) pictures wait") { await captioner.queueLength == count }
    }

    @Test("A request joins the running batch between two steps, and leaves when its caption ends")
    func joinAndLeave() async throws {
        let captioner = await captioner()
        let first = try ask(captioner, "a", steps: 4)
        try await wait(for: "join a")
        let second = try ask(captioner, "b", steps: 1)
        try await wait(forQueue: 1, at: captioner)
        for _ in 0..<4 { gate.open() }
        #expect(try await first.value == "a")
        #expect(try await second.value == "b")
        #expect(journal.all == ["join a", "step a", "join b", "step a b", "step a", "step a"])
    }

    @Test("Runs at most MAX_BATCH_SIZE requests; the next joins when one leaves")
    func batchSize() async throws {
        let captioner = await captioner(batch: 2)
        let first = try ask(captioner, "a", steps: 3)
        try await wait(for: "join a")
        let second = try ask(captioner, "b", steps: 1)
        try await wait(forQueue: 1, at: captioner)
        let third = try ask(captioner, "c", steps: 1)
        try await wait(forQueue: 2, at: captioner)
        for _ in 0..<3 { gate.open() }
        for (task, name) in [(first, "a"), (second, "b"), (third, "c")] { #expect(try await task.value == name) }
        #expect(journal.all == ["join a", "step a", "join b", "step a b", "join c", "step a c"])
    }

    @Test("Waiting requests join a running batch once half of its slots are free")
    func joiningTogether() async throws {
        let captioner = await captioner(batch: 4)
        var tasks = [try ask(captioner, "a", steps: 4)]
        try await wait(for: "join a")
        for (index, (name, steps)) in [("b", 1), ("c", 2), ("d", 3)].enumerated() {
            tasks.append(try ask(captioner, name, steps: steps))
            try await wait(forQueue: index + 1, at: captioner)
        }
        gate.open()
        try await wait(for: "join b c d")
        for (index, name) in ["e", "f"].enumerated() {
            tasks.append(try ask(captioner, name, steps: 1))
            try await wait(forQueue: index + 1, at: captioner)
        }
        for _ in 0..<3 { gate.open() }
        for (task, name) in zip(tasks, ["a", "b", "c", "d", "e", "f"]) { #expect(try await task.value == name) }
        #expect(
            journal.all == ["join a", "step a", "join b c d", "step a b c d", "step a c d", "join e f", "step a d e f"])
    }

    @Test("A request that the model refuses fails alone")
    func refusedAlone() async throws {
        let captioner = await captioner()
        let good = try ask(captioner, "a", steps: 2)
        try await wait(for: "join a")
        let bad = try ask(captioner, "refused", steps: 1)
        try await wait(forQueue: 1, at: captioner)
        for _ in 0..<2 { gate.open() }
        #expect(try await good.value == "a")
        let error = await #expect(throws: ServingError.self) { try await bad.value }
        #expect(error?.code == .invalidOption)
    }

    @Test("A model error fails the running batch, and the next request works")
    func brokenStep() async throws {
        let captioner = await captioner()
        let first = try ask(captioner, "a", steps: 5)
        try await wait(for: "join a")
        let second = try ask(captioner, "broken", steps: 1)
        try await wait(forQueue: 1, at: captioner)
        for _ in 0..<3 { gate.open() }
        for task in [first, second] {
            let error = await #expect(throws: ServingError.self) { try await task.value }
            #expect(error?.code == .internalFailure)
        }
        #expect(journal.all.last == "reset")
        #expect(try await ask(captioner, "c", steps: 1).value == "c")
    }

    @Test("Removes a cancelled request between two steps; the others continue")
    func leaving() async throws {
        let captioner = await captioner()
        let first = try ask(captioner, "a", steps: 3)
        try await wait(for: "join a")
        let second = try ask(captioner, "b", steps: 30)
        try await wait(forQueue: 1, at: captioner)
        gate.open()
        try await wait(for: "join b")
        second.cancel()
        await #expect(throws: ServingError.self) { try await second.value }
        for _ in 0..<2 { gate.open() }
        #expect(try await first.value == "a")
        #expect(journal.all.contains("leave"))
        #expect(journal.all.last == "step a")
    }

    @Test("Refuses a request over MAX_QUEUE with a retry time; admits again once there is space")
    func admission() async throws {
        let captioner = await captioner(batch: 1, queue: 2)
        let running = try ask(captioner, "a", steps: 1)
        try await wait(for: "join a")
        let waiting = [try ask(captioner, "b", steps: 1), try ask(captioner, "c", steps: 1)]
        try await wait(forQueue: 2, at: captioner)
        let error = await #expect(throws: ServingError.self) { try await ask(captioner, "d", steps: 1).value }
        #expect(error?.code == .queueFull)
        #expect(error?.retryAfter != nil)
        for _ in 0..<4 { gate.open() }
        for task in [running] + waiting { _ = try await task.value }
        #expect(try await ask(captioner, "e", steps: 1).value == "e")
    }
    @Test("A request that may wait waits for the full queue; one that may not is refused first")
    func waitsForAdmission() async throws {
        let captioner = await captioner(batch: 1, queue: 1)
        let running = [try ask(captioner, "a", steps: 1)]
        try await wait(for: "join a")
        let queued = try ask(captioner, "b", steps: 1)
        try await wait(forQueue: 1, at: captioner)
        let bytes = try fixture("gradient.png")
        let waiting = Task {
            try await captioner.caption(
                bytes, options: CaptionOptions(prompt: "c", maxNewTokens: 1), admission: .orWait
            ).caption
        }
        try await eventually("the third waits for admission") { captioner.admission.waiterCount == 1 }
        let error = await #expect(throws: ServingError.self) { try await ask(captioner, "d", steps: 1).value }
        #expect(error?.code == .queueFull)
        for _ in 0..<3 { gate.open() }
        for task in running + [queued] { _ = try await task.value }
        #expect(try await waiting.value == "c")
    }

    @Test("A request cancelled while waiting for admission leaves at once and frees its turn")
    func cancelledBeforeAdmission() async throws {
        let captioner = await captioner(batch: 1, queue: 1)
        let tasks = [try ask(captioner, "a", steps: 1)]
        try await wait(for: "join a")
        let queued = try ask(captioner, "b", steps: 1)
        try await wait(forQueue: 1, at: captioner)
        let bytes = try fixture("gradient.png")
        let waiting = Task { try await captioner.caption(bytes, admission: .orWait).caption }
        try await eventually("the third waits for admission") { captioner.admission.waiterCount == 1 }
        waiting.cancel()
        let error = await #expect(throws: ServingError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        #expect(captioner.admission.waiterCount == 0)
        for _ in 0..<3 { gate.open() }
        for task in tasks + [queued] { _ = try await task.value }
        #expect(try await ask(captioner, "e", steps: 1).value == "e")
    }
}
