import StandIns
import Testing

@testable import Pipeline

@Suite("Shared work")
struct SharedWorkTests {
    /// Work that goes on until the stream ends or it is cancelled.
    private func work(_ open: AsyncStream<Void>, _ journal: Journal) -> SharedWork<Int> {
        SharedWork {
            for await _ in open {}
            guard !Task.isCancelled else {
                journal.note("cancelled")
                throw CancellationError()
            }
            return 7
        }
    }

    @Test("All who wait get the result, and one that was cancelled is let go at once")
    func result() async throws {
        let (open, opener) = AsyncStream<Void>.makeStream()
        let journal = Journal()
        let work = work(open, journal)
        let second = try #require(work.enter())
        let third = try #require(work.enter())
        let tasks = [SharedWork<Int>.firstPlace, second, third].map { place in Task { try await work.value(place) } }
        tasks[1].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[1].value }
        opener.finish()
        #expect(try await tasks[0].value == 7)
        #expect(try await tasks[2].value == 7)
        #expect(journal.all.isEmpty)
    }

    @Test("When the last one leaves the work is cancelled, and nobody can join it any more")
    func abandoned() async throws {
        let (open, opener) = AsyncStream<Void>.makeStream()
        let journal = Journal()
        let work = work(open, journal)
        let second = try #require(work.enter())
        let tasks = [SharedWork<Int>.firstPlace, second].map { place in Task { try await work.value(place) } }
        for task in tasks {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(work.enter() == nil)
        await work.finished()
        #expect(journal.all == ["cancelled"])
        opener.finish()
    }

    @Test("A caller that comes when the work is over begins anew; one that had its place still gets the result")
    func late() async throws {
        let work = SharedWork { 7 }
        await work.finished()
        #expect(work.enter() == nil)
        #expect(try await work.value(SharedWork<Int>.firstPlace) == 7)
    }

    @Test("An error reaches all who wait")
    func failure() async throws {
        let work = SharedWork<Int> { throw PipelineError(.corruptPicture, "Broken.") }
        await #expect(throws: PipelineError.self) { try await work.value(SharedWork<Int>.firstPlace) }
    }
}
