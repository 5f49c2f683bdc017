import Dispatch
import Synchronization

/// Runs an actor's work on a queue of its own, so that a blocking call never holds a thread of the cooperative pool.
///
/// A serial queue draws on Dispatch's overcommitting threads: one that blocks does not keep another from starting.
///
///     actor Reader {
///         private let executor = BlockingExecutor(label: "reader")
///         nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///     }
public final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes an executor whose queue carries `label`, for debuggers.
    public init(label: String) {
        queue = DispatchQueue(label: label)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}

/// A few threads for blocking work. Whoever comes while all are busy waits for the next that is free, in order of arrival.
public final class BlockingPool: Sendable {
    private let threads: [BlockingThread]
    private let free: Mutex<[Int]>
    private let semaphore: AsyncSemaphore

    /// Makes a pool of `count` threads, at least one.
    ///
    /// - Parameter label: what debuggers show.
    public init(count: Int, label: String) {
        threads = (0..<max(1, count)).map { _ in BlockingThread(label: label) }
        free = Mutex(Array(threads.indices))
        semaphore = AsyncSemaphore(permits: threads.count)
    }

    /// The result of `work`, which may block, on the next thread that is free.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before `work` has begun; else what `work` throws.
    public func run<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
        try await semaphore.withPermit {
            let thread = free.withLock { $0.removeLast() }
            defer { free.withLock { $0.append(thread) } }
            return try await threads[thread].run(work)
        }
    }
}

private actor BlockingThread {
    private let executor: BlockingExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(label: String) {
        executor = BlockingExecutor(label: label)
    }

    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) throws -> Value {
        try Task.checkCancellation()
        return try work()
    }
}
