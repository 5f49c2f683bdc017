import Concurrency
import Imaging

/// Admits pictures to the threads that decode them: as many at a time as there are threads, and only as many as fit into
/// the memory that is set aside for all of them.
///
/// There are two queues. Ordinary pictures go first, in the order of arrival. Large ones, which take a thread for
/// seconds or much of the memory, leave one thread to the ordinary ones where there are two or more, and after
/// ``ordinaryPerLarge`` ordinary pictures a large one has its turn, so that neither queue stops the other. A large
/// picture that would wait longer than it may is refused at once, with the time after which to send it again.
///
/// A cancelled waiter leaves its queue at once. An actor's own mailbox would keep it until its turn came.
actor DecodingQueue {
    private struct Waiter {
        let number: UInt64
        let cost: DecodingCost
        let continuation: CheckedContinuation<Int, any Error>
    }

    /// A picture is large if it takes more than this part of the memory…
    private static let largeShare = 8
    /// …or has more pixels than this, more than an ordinary camera takes.
    private static let largePixels = 32_000_000
    /// After this many ordinary pictures a large one has its turn.
    static let ordinaryPerLarge = 4
    /// The most ordinary pictures that may overtake a large one that waits for memory.
    static let mostPassing = 64

    private let memory: Int
    /// How many large pictures are decoded at a time.
    private let largeThreads: Int
    private var freeThreads: [Int]
    private var freeMemory: Int
    private var nextNumber: UInt64 = 0
    private var ordinary: [Waiter] = []
    private var large: [Waiter] = []
    private var runningLarge = 0
    private var ordinarySinceLarge = 0
    /// The pixels of the large pictures that are decoded or wait.
    private var largePixelsAhead = 0
    /// How many pixels of large pictures one thread has lately decoded in a second.
    private var pixelsPerSecond = 20_000_000.0

    /// A queue in front of `threads` threads, at least one, and `memory` bytes.
    init(threads: Int, memory: Int) {
        freeThreads = Array((0..<max(1, threads)).reversed())
        largeThreads = max(1, threads - 1)
        self.memory = memory
        freeMemory = memory
    }

    /// How many pictures wait.
    var waitingCount: Int { ordinary.count + large.count }

    private func isLarge(_ cost: DecodingCost) -> Bool {
        cost.memory > memory / Self.largeShare || cost.pixels > Self.largePixels
    }

    /// The result of `work`, which gets the number of its thread.
    ///
    /// - Parameters:
    ///   - cost: what the work takes; more memory than there is in all counts as all of it.
    ///   - patience: how long a large picture may wait and be decoded, as far as that can be told.
    /// - Throws: `queueFull` for a large picture that would take longer; `CancellationError` where the task is cancelled
    ///   before its turn; else what `work` throws.
    func run<Value: Sendable>(
        _ cost: DecodingCost = .nothing, patience: Duration? = nil,
        _ work: @Sendable (_ thread: Int) async throws -> Value
    ) async throws -> Value {
        let cost = DecodingCost(memory: min(max(cost.memory, 0), memory), pixels: max(cost.pixels, 0))
        let isLarge = isLarge(cost)
        if isLarge {
            try checkPatience(cost, patience)
            largePixelsAhead += cost.pixels
        }
        defer { if isLarge { largePixelsAhead -= cost.pixels } }
        let thread = try await enter(cost, isLarge)
        defer { leave(thread, cost, isLarge) }
        try Task.checkCancellation()
        let began = ContinuousClock.now
        let value = try await work(thread)
        if isLarge { note(cost.pixels, took: ContinuousClock.now - began) }
        return value
    }

    private func checkPatience(_ cost: DecodingCost, _ patience: Duration?) throws(ServingError) {
        guard let patience, largePixelsAhead > 0 else { return }
        let wait = Duration.seconds(Double(largePixelsAhead) / pixelsPerSecond / Double(largeThreads))
        guard wait + .seconds(Double(cost.pixels) / pixelsPerSecond) > patience else { return }
        throw ServingError(
            .queueFull,
            "Other pictures as large as this one are waiting to be decoded, for about \(Int(wait.inSeconds.rounded(.up))) s. "
                + "Send it again after that, or send a smaller picture now.",
            retryAfter: wait)
    }

    private func note(_ pixels: Int, took time: Duration) {
        guard pixels > 0 else { return }
        let latest = Double(pixels) / max(time.inSeconds, 0.001)
        pixelsPerSecond = 0.7 * pixelsPerSecond + 0.3 * latest
    }

    private func enter(_ cost: DecodingCost, _ isLarge: Bool) async throws -> Int {
        try Task.checkCancellation()
        let number = nextNumber
        nextNumber += 1
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = Waiter(number: number, cost: cost, continuation: continuation)
                if isLarge { large.append(waiter) } else { ordinary.append(waiter) }
                admit()
            }
        } onCancel: {
            // This reaches the actor only after the waiter above is queued: `enter` holds the actor until then.
            Task { await self.drop(number) }
        }
    }

    private func leave(_ thread: Int, _ cost: DecodingCost, _ isLarge: Bool) {
        freeThreads.append(thread)
        freeMemory += cost.memory
        if isLarge { runningLarge -= 1 }
        admit()
    }

    /// Lets in whoever may start.
    private func admit() {
        while !freeThreads.isEmpty {
            let hasLargeThread = !large.isEmpty && runningLarge < largeThreads
            let largeFits = hasLargeThread && large[0].cost.memory <= freeMemory
            let ordinaryFits = !ordinary.isEmpty && ordinary[0].cost.memory <= freeMemory
            let isPatienceOver = hasLargeThread && !largeFits && ordinarySinceLarge >= Self.mostPassing
            if largeFits, ordinary.isEmpty || ordinarySinceLarge >= Self.ordinaryPerLarge || !ordinaryFits {
                ordinarySinceLarge = 0
                runningLarge += 1
                start(large.removeFirst())
            } else if ordinaryFits, !isPatienceOver {
                if !large.isEmpty { ordinarySinceLarge += 1 }
                start(ordinary.removeFirst())
            } else {
                return
            }
        }
    }

    private func start(_ waiter: Waiter) {
        freeMemory -= waiter.cost.memory
        waiter.continuation.resume(returning: freeThreads.removeLast())
    }

    private func drop(_ number: UInt64) {
        guard let waiter = Self.remove(number, from: &ordinary) ?? Self.remove(number, from: &large) else { return }
        waiter.continuation.resume(throwing: CancellationError())
        // Those behind may fit where it did not.
        admit()
    }

    private static func remove(_ number: UInt64, from line: inout [Waiter]) -> Waiter? {
        line.firstIndex { $0.number == number }.map { line.remove(at: $0) }
    }
}
