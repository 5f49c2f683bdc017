import Foundation
import Synchronization
public import Testing

/// Marks tests that start a server or a child process, or compile a checkpoint: only a few of those run at a time.
///
/// Swift Testing starts all tests at once. Hundreds of servers would share two cores then, and each would be so slow that
/// clients and libraries lose their patience. Heavy tests run on threads of their own, where they may block: the threads
/// of the concurrency runtime are as few as the processors, and all other tests need them. A suite hands the trait on to
/// all of its tests.
public struct HeavyTrait: SuiteTrait, TestTrait, TestScoping {
    /// Twice as many as there are processors, since a heavy test mostly waits for what it has started; but not so many on a large
    /// machine that they could block all threads at once.
    private static let permits = Semaphore(min(2 * ProcessInfo.processInfo.activeProcessorCount, 16))
    private static let threads = ThreadPool(mostThreads: 128)
    /// Whether the test that runs here is one of the few.
    @TaskLocal private static var isHeld = false

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        // A test may have the trait of its own and that of its suite.
        if Self.isHeld { return try await body() }
        await Self.permits.acquire()
        defer { Self.permits.release() }
        try await Self.$isHeld.withValue(true) {
            try await withTaskExecutorPreference(Self.threads) { try await body() }
        }
    }

    /// Records an issue where the current test has not the trait that it needs.
    ///
    /// - Parameter deed: what the test does, such as "starts a server".
    public static func require(for deed: String) {
        guard let test = Test.current, !isHeld else { return }
        Issue.record("This test \(deed): give it or its suite the trait .heavy.", sourceLocation: test.sourceLocation)
    }
}

extension Trait where Self == HeavyTrait {
    /// For tests that start a server or a child process, or compile a checkpoint.
    public static var heavy: Self { Self() }
}

/// Lets a number of tasks through at a time, in the order of their arrival.
private final class Semaphore: Sendable {
    private struct State {
        var free: Int
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ permits: Int) { state = Mutex(State(free: permits)) }

    func acquire() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free == 0 {
                    state.waiters.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiters.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.resume()
    }
}

/// Threads for tasks that may block; there are as many as have to be.
private final class ThreadPool: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var idle = 0
        var threads = 0
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let mostThreads: Int

    init(mostThreads: Int) { self.mostThreads = mostThreads }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.idle < state.jobs.count, state.threads < mostThreads else { return false }
            state.threads += 1
            return true
        }
        work.signal()
        if needsThread { Thread.detachNewThread { self.runJobs() } }
    }

    private func runJobs() {
        while true {
            state.withLock { $0.idle += 1 }
            work.wait()
            let job = state.withLock { state in
                state.idle -= 1
                return state.jobs.removeFirst()
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
