import Dispatch

/// Runs an actor's work on a queue of its own, so that a blocking C call never holds a thread of the cooperative pool.
///
/// A serial queue draws on Dispatch's overcommitting threads: one that blocks does not keep another from starting.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes an executor whose queue carries `label`, for debuggers.
    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
