/// The result of `work`, unless it takes longer than `limit`.
///
/// When the time is up `work` is cancelled, and this returns as soon as `work` has noticed.
///
/// - Throws: `timedOut` when the time is up; else what `work` throws.
func withDeadline<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(for: limit)
            throw PipelineError(
                .timedOut,
                "The answer took longer than \(limit.inSeconds) seconds and was given up. Try again later, with a smaller "
                    + "picture or fewer new tokens, or raise REQUEST_TIMEOUT.")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
