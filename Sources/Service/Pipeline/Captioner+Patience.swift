public import Captioning

extension Captioner {
    /// As ``caption(_:options:isFresh:)``, but where no more pictures may wait inside, this one waits outside and asks again,
    /// until there is room or the time for a caption is up.
    public func captionPatiently(
        _ bytes: [UInt8], options: CaptionOptions = CaptionOptions(), isFresh: Bool = false
    ) async throws(PipelineError) -> CaptionResult {
        do {
            return try await withDeadline(configuration.timeout) {
                try await askingAgain { try await self.caption(bytes, options: options, isFresh: isFresh) }
            }
        } catch let error as PipelineError {
            throw error
        } catch {
            // Nothing but the deadline's own cancellation is left.
            throw PipelineError(.cancelled, "The request was given up before its caption was there.", cause: error)
        }
    }
}

/// The result of `work`, which is done again after a pause as long as it says that the queue is full.
///
/// - Throws: `CancellationError` where the task is cancelled during a pause; else what `work` throws.
func askingAgain<Value>(_ work: () async throws -> Value) async throws -> Value {
    var pause = Duration.milliseconds(20)
    while true {
        do {
            return try await work()
        } catch let error as PipelineError where error.code == .queueFull {
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(500))
        }
    }
}
