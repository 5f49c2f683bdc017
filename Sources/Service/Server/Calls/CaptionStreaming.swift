import Captioning
import Serving

/// A caption under way for one client. It is given up when the client goes, and when nobody holds this any more.
final class CaptionStreaming: Sendable {
    /// Makes the caption, and tells the text while it is written.
    typealias Captioning = @Sendable (_ listener: @escaping CaptionListener) async throws -> CaptionResult

    private let events = CaptionEvents()
    private let disconnection: Disconnection?
    private let work: Task<Void, Never>
    private let clock: Task<Void, Never>

    /// Begins a caption.
    ///
    /// - Parameter pause: after how long ``next()`` returns although nothing is new.
    init(every pause: Duration, disconnection: Disconnection?, _ caption: @escaping Captioning) {
        self.disconnection = disconnection
        work = Task { [events] in
            do {
                events.end(.success(try await caption(events.grow)))
            } catch {
                events.end(.failure(error))
            }
        }
        clock = Task { [events] in
            while (try? await Task.sleep(for: pause)) != nil { events.pass() }
        }
        disconnection?.onHappening { [work] in work.cancel() }
    }

    deinit { stop() }

    /// What is new, as soon as there is something; after a pause, nothing.
    ///
    /// - Throws: `CancellationError` where the task is cancelled.
    func next() async throws -> CaptionEvents.Update { try await events.next() }

    /// Says that the last event is out, so that the connection may be used for something else.
    func finish() {
        disconnection?.onHappening(nil)
        stop()
    }

    private func stop() {
        work.cancel()
        clock.cancel()
    }
}
