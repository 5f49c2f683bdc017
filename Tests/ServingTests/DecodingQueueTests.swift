import Imaging
import StandIns
import Testing

@testable import Serving

@Suite("Decoding queue")
struct DecodingQueueTests {
    private static let memory = 800
    private static let ordinary = DecodingCost(memory: 100, pixels: 1_000_000)  // an eighth is not large
    private static let large = DecodingCost(memory: 600, pixels: 100_000_000)

    /// Work that begins and does not end before its door is opened.
    private struct Held {
        let task: Task<Void, any Error>
        let door: AsyncStream<Void>.Continuation

        func finish() async throws {
            door.finish()
            try await task.value
        }
    }

    /// Occupies a thread; returns when the work has begun.
    private func hold(_ queue: DecodingQueue, _ cost: DecodingCost = ordinary) async throws -> Held {
        let (open, door) = AsyncStream<Void>.makeStream()
        let journal = Journal()
        let task = Task {
            try await queue.run(cost) { _ in
                journal.note("began")
                for await _ in open {}
            }
        }
        try await eventually("the work has begun") { !journal.all.isEmpty }
        return Held(task: task, door: door)
    }

    /// Puts work into line, which notes its name when it begins; returns when it waits.
    private func wait(
        _ queue: DecodingQueue, _ cost: DecodingCost, _ name: String, _ journal: Journal
    ) async throws -> Task<Void, any Error> {
        let before = await queue.waitingCount
        let task = Task { try await queue.run(cost) { _ in journal.note(name) } }
        try await eventually("\(name) stands in line") { await queue.waitingCount == before + 1 }
        return task
    }

    @Test("Decodes ordinary pictures in order of arrival")
    func order() async throws {
        let queue = DecodingQueue(threads: 1, memory: Self.memory)
        let journal = Journal()
        let held = try await hold(queue)
        var waiters: [Task<Void, any Error>] = []
        for number in 1...3 { waiters.append(try await wait(queue, Self.ordinary, "\(number)", journal)) }
        try await held.finish()
        for waiter in waiters { try await waiter.value }
        #expect(journal.all == ["1", "2", "3"])
    }

    @Test("Gives each picture its own thread, and a freed thread to the next picture")
    func threads() async throws {
        let queue = DecodingQueue(threads: 2, memory: Self.memory)
        let (first, second) = (try await hold(queue), try await hold(queue))
        let third = Task { try await queue.run(Self.ordinary) { thread in thread } }
        try await eventually("the third waits") { await queue.waitingCount == 1 }
        try await first.finish()
        #expect(try await third.value == 0)
        try await second.finish()
    }

    @Test("Keeps the pictures being decoded within the memory limit")
    func staysWithinMemory() async throws {
        let queue = DecodingQueue(threads: 8, memory: Self.memory)
        let journal = Journal()
        let held = try await hold(queue, Self.large)
        let second = try await wait(queue, Self.large, "large", journal)
        // Threads are free, and 200 of the memory: for two more.
        let (one, two) = (try await hold(queue), try await hold(queue))
        let third = try await wait(queue, Self.ordinary, "ordinary", journal)
        #expect(journal.all == [])
        try await one.finish()
        try await third.value
        #expect(journal.all == ["ordinary"])
        try await held.finish()
        try await second.value
        try await two.finish()
    }

    @Test("Large pictures leave a thread to ordinary ones, however many wait")
    func leavesAThread() async throws {
        let queue = DecodingQueue(threads: 2, memory: Self.memory)
        let journal = Journal()
        let held = try await hold(queue, Self.large)
        var waiters: [Task<Void, any Error>] = []
        for number in 1...20 { waiters.append(try await wait(queue, Self.large, "large \(number)", journal)) }
        for _ in 0..<10 { #expect(try await queue.run(Self.ordinary) { _ in true }) }
        #expect(journal.all == [])
        try await held.finish()
        for waiter in waiters { try await waiter.value }
        #expect(journal.all == (1...20).map { "large \($0)" })
    }

    @Test("With one thread, ordinary pictures go first, and a large one follows after a few of them")
    func takesTurns() async throws {
        let queue = DecodingQueue(threads: 1, memory: Self.memory)
        let journal = Journal()
        let held = try await hold(queue)
        var waiters: [Task<Void, any Error>] = []
        for number in 1...2 { waiters.append(try await wait(queue, Self.large, "large \(number)", journal)) }
        for number in 1...6 { waiters.append(try await wait(queue, Self.ordinary, "\(number)", journal)) }
        try await held.finish()
        for waiter in waiters { try await waiter.value }
        #expect(journal.all == ["1", "2", "3", "4", "large 1", "5", "6", "large 2"])
    }

    @Test("Only a fixed number of ordinary pictures may overtake a large one that waits for memory")
    func isPassedSoOften() async throws {
        let queue = DecodingQueue(threads: 3, memory: Self.memory)
        let journal = Journal()
        var held: [Held] = []
        held.append(try await hold(queue, DecodingCost(memory: 300, pixels: 1)))
        let whole = try await wait(queue, DecodingCost(memory: 800, pixels: 1), "whole", journal)
        for _ in 0..<DecodingQueue.mostPassing { #expect(try await queue.run(Self.ordinary) { _ in true }) }
        let next = try await wait(queue, Self.ordinary, "next", journal)
        #expect(journal.all == [])
        for held in held { try await held.finish() }
        try await whole.value
        try await next.value
        #expect(journal.all.first == "whole")
    }

    @Test(
        "Refuses a large picture that would wait too long, with a retry time; an ordinary one waits"
    )
    func refuses() async throws {
        let queue = DecodingQueue(threads: 2, memory: Self.memory)
        let held = try await hold(queue, Self.large)
        let error = try await #require(throws: ServingError.self) {
            try await queue.run(Self.large, patience: .seconds(6)) { _ in Issue.record("The refused work ran") }
        }
        #expect(error.code == .queueFull)
        #expect(error.retryAfter == .seconds(5))
        #expect(try await queue.run(Self.ordinary, patience: .zero) { _ in true })
        try await held.finish()
        // Nothing is ahead any more.
        #expect(try await queue.run(Self.large, patience: .seconds(6)) { _ in true })
    }

    @Test("A cancelled waiter leaves the queue, and those behind it may start", arguments: [ordinary, large])
    func cancelledWaiter(cost: DecodingCost) async throws {
        let queue = DecodingQueue(threads: 1, memory: Self.memory)
        let held = try await hold(queue)
        let waiter = Task { try await queue.run(cost) { _ in Issue.record("The cancelled work ran") } }
        try await eventually("it waits") { await queue.waitingCount == 1 }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(await queue.waitingCount == 0)
        try await held.finish()
        #expect(try await queue.run(cost, patience: .zero) { _ in true })
    }

    @Test("Work that throws frees its thread")
    func throwingWork() async throws {
        let queue = DecodingQueue(threads: 1, memory: Self.memory)
        await #expect(throws: ServingError.self) {
            try await queue.run(Self.large) { _ in throw ServingError(.timedOut, "Too late.") }
        }
        #expect(try await queue.run(Self.large) { _ in 7 } == 7)
    }
}
