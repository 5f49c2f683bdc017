/// Lets one task through at a time, in the order of arrival. A waiter that is cancelled leaves the line at once.
///
/// An actor's own mailbox would keep a cancelled caller waiting until its turn came; this does not.
actor Turnstile {
    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private var isOccupied = false
    private var nextNumber: UInt64 = 0
    private var waiters: [Waiter] = []

    /// How many tasks stand in line, the one inside not counted.
    var waitingCount: Int { waiters.count }

    /// The result of `work`, which runs while no other work of this turnstile does.
    ///
    /// - Throws: `CancellationError` where the task is cancelled before its turn; else what `work` throws.
    func pass<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        try Task.checkCancellation()
        return try await work()
    }

    private func enter() async throws {
        try Task.checkCancellation()
        guard isOccupied else {
            isOccupied = true
            return
        }
        let number = nextNumber
        nextNumber += 1
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiters.append(Waiter(number: number, continuation: continuation))
            }
        } onCancel: {
            // This reaches the actor only after the waiter above stands in line: `enter` holds the actor until then.
            Task { await self.drop(number) }
        }
    }

    /// Hands the place inside to the next in line.
    private func leave() {
        if waiters.isEmpty {
            isOccupied = false
        } else {
            waiters.removeFirst().continuation.resume()
        }
    }

    private func drop(_ number: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
