import StandIns
import Synchronization
import Testing

@testable import Concurrency

/// Counts how many are inside, and how many were at most.
private final class Census: Sendable {
    private let count = Mutex((now: 0, most: 0))

    var most: Int { count.withLock(\.most) }

    func enter() {
        count.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() {
        count.withLock { $0.now -= 1 }
    }
}

@Suite("Semaphores")
struct AsyncSemaphoreTests {
    @Test("Admits as many tasks as there are permits; the next one waits for a release")
    func permits() async throws {
        let semaphore = AsyncSemaphore(permits: 2)
        #expect(semaphore.tryAcquire())
        try await semaphore.acquire()
        #expect(!semaphore.tryAcquire())
        let waiter = Task { try await semaphore.acquire() }
        try await eventually("somebody waits") { semaphore.waiterCount == 1 }
        semaphore.release()
        try await waiter.value
        #expect(!semaphore.tryAcquire())
        for _ in 0..<2 { semaphore.release() }
        #expect(semaphore.tryAcquire())
    }

    @Test("Admits waiters in order of arrival; nobody overtakes")
    func order() async throws {
        let semaphore = AsyncSemaphore(permits: 1)
        let journal = Journal()
        try await semaphore.acquire()
        var tasks: [Task<Void, any Error>] = []
        for number in 1...3 {
            tasks.append(
                Task {
                    try await semaphore.withPermit { journal.note("\(number)") }
                })
            try await eventually("\(number) wait") { semaphore.waiterCount == number }
        }
        semaphore.release()
        for task in tasks { try await task.value }
        #expect(journal.all == ["1", "2", "3"])
    }

    @Test("A cancelled waiter leaves at once; a task cancelled before does not wait")
    func cancellation() async throws {
        let semaphore = AsyncSemaphore(permits: 1)
        try await semaphore.acquire()
        let waiter = Task { try await semaphore.acquire() }
        try await eventually("somebody waits") { semaphore.waiterCount == 1 }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(semaphore.waiterCount == 0)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await semaphore.acquire()
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        semaphore.release()
        #expect(semaphore.tryAcquire())
    }

    @Test("Five hundred tasks at once neither lose nor duplicate a permit")
    func manyAtOnce() async throws {
        let semaphore = AsyncSemaphore(permits: 3)
        let inside = Census()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let task = Task {
                        try await semaphore.withPermit {
                            inside.enter()
                            await Task.yield()
                            inside.leave()
                        }
                    }
                    if number.isMultiple(of: 3) { task.cancel() }
                    _ = try? await task.value
                }
            }
        }
        #expect(inside.most <= 3)
        #expect(semaphore.waiterCount == 0)
        for _ in 0..<3 { #expect(semaphore.tryAcquire()) }
        #expect(!semaphore.tryAcquire())
    }
}

@Suite("Thread pools")
struct BlockingPoolTests {
    @Test("Work waits for a free thread, and returns its result or its error")
    func waits() async throws {
        let pool = BlockingPool(count: 1, label: "test")
        let gate = Gate()
        let journal = Journal()
        let first = Task {
            try await pool.run {
                journal.note("first")
                gate.wait()
                return 1
            }
        }
        try await eventually("the first has begun") { !journal.all.isEmpty }
        let second = Task { try await pool.run { 2 } }
        let third = Task { try await pool.run { () throws -> Int in throw CancellationError() } }
        gate.open()
        #expect(try await first.value == 1)
        #expect(try await second.value == 2)
        await #expect(throws: CancellationError.self) { try await third.value }
    }
}
