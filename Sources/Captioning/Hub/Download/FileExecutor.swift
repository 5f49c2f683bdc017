import Dispatch

/// Runs an actor's work on a queue of its own, so that a slow disk never holds a thread of the cooperative pool.
final class FileExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "image-to-song.download")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
