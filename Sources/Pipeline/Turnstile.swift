/// Lets so many tasks through at a time, in the order of arrival. A waiter that is cancelled leaves the line at once.
///
/// An actor's own mailbox would keep a cancelled caller waiting until its turn came; this does not.
actor Turnstile {
    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Int, any Error>
    }

    /// The places inside that nobody occupies.
    private var free: [Int]
    private var nextNumber: UInt64 = 0
    private var waiters: [Waiter] = []

    /// How many tasks stand in line, those inside not counted.
    var waitingCount: Int { waiters.count }

    /// Makes a turnstile with `places` places behind it.
    init(places: Int) {
        free = Array((0..<places).reversed())
    }

    /// The result of `work`, which is told the place that it has to itself.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before its turn; else what `work` throws.
    func pass<Value: Sendable>(_ work: @Sendable (_ place: Int) async throws -> Value) async throws -> Value {
        let place = try await enter()
        defer { leave(place) }
        try Task.checkCancellation()
        return try await work(place)
    }

    private func enter() async throws -> Int {
        try Task.checkCancellation()
        if let place = free.popLast() { return place }
        let number = nextNumber
        nextNumber += 1
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiters.append(Waiter(number: number, continuation: continuation))
            }
        } onCancel: {
            // This reaches the actor only after the waiter above stands in line: `enter` holds the actor until then.
            Task { await self.drop(number) }
        }
    }

    /// Hands the place to the next in line.
    private func leave(_ place: Int) {
        if waiters.isEmpty {
            free.append(place)
        } else {
            waiters.removeFirst().continuation.resume(returning: place)
        }
    }

    private func drop(_ number: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
