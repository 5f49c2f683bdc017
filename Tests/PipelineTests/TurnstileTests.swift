import StandIns
import Testing

@testable import Pipeline

@Suite("Turnstile")
struct TurnstileTests {
    /// Waits until so many tasks stand in line.
    private func wait(for count: Int, at turnstile: Turnstile) async throws {
        try await eventually("\(count) tasks stand in line") { await turnstile.waitingCount == count }
    }

    /// Occupies a place until the returned task's stream is finished; returns when it is inside.
    private func occupy(_ turnstile: Turnstile) async throws -> (Task<Void, any Error>, AsyncStream<Void>.Continuation)
    {
        let (open, opener) = AsyncStream<Void>.makeStream()
        let journal = Journal()
        let task = Task {
            try await turnstile.pass { _ in
                journal.note("inside")
                for await _ in open {}
            }
        }
        try await eventually("the first task is inside") { !journal.all.isEmpty }
        return (task, opener)
    }

    @Test("Tasks pass one at a time through one place, in the order of arrival")
    func order() async throws {
        let turnstile = Turnstile(places: 1)
        let journal = Journal()
        let (inside, opener) = try await occupy(turnstile)
        var waiters: [Task<Void, any Error>] = []
        for number in 1...3 {
            waiters.append(Task { try await turnstile.pass { _ in journal.note("\(number)") } })
            try await wait(for: number, at: turnstile)
        }
        opener.finish()
        try await inside.value
        for waiter in waiters { try await waiter.value }
        #expect(journal.all == ["1", "2", "3"])
    }

    @Test("Each task has a place to itself, and the place of one that left goes to the next")
    func places() async throws {
        let turnstile = Turnstile(places: 2)
        let (first, firstOpener) = try await occupy(turnstile)
        let (second, secondOpener) = try await occupy(turnstile)
        let third = Task { try await turnstile.pass { place in place } }
        try await wait(for: 1, at: turnstile)
        firstOpener.finish()
        try await first.value
        #expect(try await third.value == 0)
        secondOpener.finish()
        try await second.value
    }

    @Test("A waiter that is cancelled leaves the line while the one inside stays")
    func cancelledWaiter() async throws {
        let turnstile = Turnstile(places: 1)
        let (inside, opener) = try await occupy(turnstile)
        let waiter = Task { try await turnstile.pass { _ in Issue.record("The cancelled work ran") } }
        try await wait(for: 1, at: turnstile)
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        try await wait(for: 0, at: turnstile)
        opener.finish()
        try await inside.value
        #expect(try await turnstile.pass { _ in true })
    }

    @Test("Work that throws lets the next one in")
    func throwingWork() async throws {
        let turnstile = Turnstile(places: 1)
        await #expect(throws: PipelineError.self) {
            try await turnstile.pass { _ in throw PipelineError(.timedOut, "Too late.") }
        }
        #expect(try await turnstile.pass { _ in 7 } == 7)
    }
}
