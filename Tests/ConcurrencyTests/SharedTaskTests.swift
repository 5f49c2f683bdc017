import StandIns
import Testing

@testable import Concurrency

@Suite("Single flight")
struct SharedTaskTests {
    /// Work that goes on until the stream ends or it is cancelled.
    private func work(_ open: AsyncStream<Void>, _ journal: Journal) -> SharedTask<Int> {
        SharedTask {
            for await _ in open {}
            guard !Task.isCancelled else {
                journal.note("cancelled")
                throw CancellationError()
            }
            return 7
        }
    }

    @Test("All waiters get the result; a cancelled waiter leaves at once")
    func result() async throws {
        let (open, opener) = AsyncStream<Void>.makeStream()
        let journal = Journal()
        let work = work(open, journal)
        let second = try #require(work.join())
        let third = try #require(work.join())
        let tasks = [SharedTask<Int>.firstWaiter, second, third].map { waiter in
            Task { try await work.value(for: waiter) }
        }
        tasks[1].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[1].value }
        opener.finish()
        #expect(try await tasks[0].value == 7)
        #expect(try await tasks[2].value == 7)
        #expect(journal.all.isEmpty)
    }

    @Test("The work is cancelled when its last waiter leaves, and cannot be joined after")
    func abandoned() async throws {
        let (open, opener) = AsyncStream<Void>.makeStream()
        let journal = Journal()
        let work = work(open, journal)
        let second = try #require(work.join())
        let tasks = [SharedTask<Int>.firstWaiter, second].map { waiter in Task { try await work.value(for: waiter) } }
        for task in tasks {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(work.join() == nil)
        await work.finished()
        #expect(journal.all == ["cancelled"])
        opener.finish()
    }

    @Test("A late caller starts new work; one that already joined still gets the result")
    func late() async throws {
        let work = SharedTask { 7 }
        await work.finished()
        #expect(work.join() == nil)
        #expect(try await work.value(for: SharedTask<Int>.firstWaiter) == 7)
    }

    private struct Broken: Error {}

    @Test("All waiters get the error")
    func failure() async throws {
        let work = SharedTask<Int> { throw Broken() }
        await #expect(throws: Broken.self) { try await work.value(for: SharedTask<Int>.firstWaiter) }
    }
}
