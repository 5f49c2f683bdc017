import Testing

@testable import Pipeline

@Suite("Turnstile")
struct TurnstileTests {
    /// Waits until so many tasks stand in line.
    private func wait(for count: Int, at turnstile: Turnstile) async {
        while await turnstile.waitingCount != count { await Task.yield() }
    }

    @Test("Tasks pass one at a time, in the order of arrival")
    func order() async throws {
        let turnstile = Turnstile()
        let journal = Journal()
        let (open, opener) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await turnstile.pass {
                    for await _ in open {}
                    journal.note("0")
                }
            }
            for number in 1...3 {
                // The first task is inside once the next one waits.
                group.addTask { try await turnstile.pass { journal.note("\(number)") } }
                if number == 1 { while await turnstile.waitingCount == 0, journal.all.isEmpty { await Task.yield() } }
                await wait(for: number, at: turnstile)
            }
            opener.finish()
            try await group.waitForAll()
        }
        #expect(journal.all == ["0", "1", "2", "3"])
    }

    @Test("A waiter that is cancelled leaves the line while the one inside stays")
    func cancelledWaiter() async throws {
        let turnstile = Turnstile()
        let (open, opener) = AsyncStream<Void>.makeStream()
        let inside = Task { try await turnstile.pass { for await _ in open {} } }
        let waiter = Task { try await turnstile.pass { Issue.record("The cancelled work ran") } }
        await wait(for: 1, at: turnstile)
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(await turnstile.waitingCount == 0)
        opener.finish()
        try await inside.value
        #expect(try await turnstile.pass { true })
    }

    @Test("Work that throws lets the next one in")
    func throwingWork() async throws {
        let turnstile = Turnstile()
        await #expect(throws: PipelineError.self) {
            try await turnstile.pass { throw PipelineError(.timedOut, "Too late.") }
        }
        #expect(try await turnstile.pass { 7 } == 7)
    }
}
