import Concurrency
import Imaging

/// A few threads that read pictures, and the queue in front of them.
///
/// Headers are read on threads of their own, at once: they say what a picture costs, and so where it queues.
struct PictureWorkers: Sendable {
    private let workers: [PictureWorker]
    private let queue: DecodingQueue
    private let headerPool = BlockingPool(count: 2, label: "image-to-song.header")

    /// Makes `count` workers, at least one, that take `memory` bytes together while they decode.
    init(count: Int, memory: Int) {
        workers = (0..<max(1, count)).map { _ in PictureWorker() }
        queue = DecodingQueue(threads: workers.count, memory: memory)
    }

    /// How many pictures wait for a worker.
    var waitingCount: Int {
        get async { await queue.waitingCount }
    }

    /// Gets the picture library ready, which takes a while the first time, so that no request waits for it.
    func start() async throws {
        try await workers[0].start()
    }

    /// Reads a picture's header, waits until it may be decoded, and returns what `work` makes of it.
    ///
    /// - Parameters:
    ///   - limits: what the picture may be.
    ///   - patience: how long a large picture may wait and be decoded; one that would take longer is refused at once. Nil for as
    ///     long as it takes.
    func read<Value: Sendable>(
        _ bytes: [UInt8], within limits: PictureLimits, patience: Duration?,
        _ work: @Sendable (Picture) throws -> Value
    ) async throws -> Value {
        let picture = try await headerPool.run {
            do throws(ImagingError) {
                return try Picture(bytes: bytes, limits: limits)
            } catch {
                throw ServingError(error)
            }
        }
        return try await queue.run(picture.cost, patience: patience) { thread in
            try await workers[thread].run { try work(picture) }
        }
    }

    /// The result of `work`, which needs hardly any memory, on the first free worker.
    func run<Value: Sendable>(_ work: @Sendable () throws -> Value) async throws -> Value {
        try await queue.run { thread in try await workers[thread].run(work) }
    }
}
