import Captioning
import Synchronization

/// The pictures that wait for the model and those that are in it, as seen from any thread.
final class ModelQueue: Sendable {
    private struct State {
        var waiting: [ModelJob] = []
        var running: [ModelJob] = []
        /// Whether somebody works the queue off.
        var isAttended = false
        /// Stops the model's present call.
        var cancellation = Cancellation()
    }

    private let state = Mutex(State())

    /// How many pictures wait, those in the model not counted.
    var waitingCount: Int { state.withLock(\.waiting.count) }

    /// What the model's calls are given: it is cancelled when nobody waits for any picture in the model.
    var cancellation: Cancellation { state.withLock(\.cancellation) }

    /// Puts a job at the end of the line.
    ///
    /// - Returns: whether the caller must see to it that the queue is worked off, because nobody does.
    func add(_ job: ModelJob) -> Bool {
        state.withLock { state in
            state.waiting.append(job)
            defer { state.isAttended = true }
            return !state.isAttended
        }
    }

    /// Moves the next jobs from the line into the model, as many as there are free places.
    ///
    /// While the model works, jobs join it together or not at all: several wait until half of the places are free,
    /// because looking at two pictures at once takes less time than at one after the other.
    ///
    /// - Parameters:
    ///   - free: how many of the model's places are free.
    ///   - places: how many there are.
    /// - Returns: nil when there is nothing left to do, in the line or in the model: then the queue is unattended.
    func take(_ free: Int, of places: Int) -> [ModelJob]? {
        state.withLock { state in
            state.waiting.removeAll(where: \.isAbandoned)
            let isTooEarly = !state.running.isEmpty && free < min((places + 1) / 2, state.waiting.count)
            let jobs = Array(state.waiting.prefix(isTooEarly ? 0 : free))
            state.waiting.removeFirst(jobs.count)
            state.running += jobs
            renew(&state)
            guard !state.running.isEmpty else {
                state.isAttended = false
                return nil
            }
            return jobs
        }
    }

    /// Says that jobs have left the model.
    func leave(_ jobs: [ModelJob]) {
        state.withLock { state in
            state.running.removeAll { job in jobs.contains { $0 === job } }
        }
    }

    /// Notices that a caller has gone: drops its job from the line, or stops the model if it was the last.
    func noteAbandoned() {
        state.withLock { state in
            state.waiting.removeAll(where: \.isAbandoned)
            if !state.running.isEmpty, state.running.allSatisfy(\.isAbandoned) { state.cancellation.cancel() }
        }
    }

    /// No call is under way now: the next one must not be stopped for those who left before.
    private func renew(_ state: inout State) {
        if state.cancellation.isCancelled { state.cancellation = Cancellation() }
    }
}
