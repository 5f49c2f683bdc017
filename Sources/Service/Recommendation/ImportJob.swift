public import Songs
import Synchronization

/// An import in the background, as far as it has come.
public final class ImportJob: Sendable {
    /// The raw values are part of the HTTP interface.
    public enum Status: String, Sendable, CaseIterable {
        case waiting, running, done, failed, cancelled
    }

    /// What is known at one moment.
    public struct State: Sendable {
        public fileprivate(set) var status = Status.waiting
        public fileprivate(set) var report = ImportReport()
        /// Why it failed, a sentence.
        public fileprivate(set) var error: String?
    }

    public let id: String
    /// What the file was called where it came from.
    public let name: String
    private let current = Mutex(State())
    private let isStopped = Mutex(false)

    init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    public var state: State { current.withLock { $0 } }

    /// Whether somebody wants it to end.
    var isCancelled: Bool { isStopped.withLock { $0 } }

    func cancel() { isStopped.withLock { $0 = true } }

    func note(_ report: ImportReport) {
        current.withLock {
            $0.report = report
            $0.status = .running
        }
    }

    /// Notes how it ended; one that brought no song at all has failed.
    func end(_ report: ImportReport) {
        current.withLock {
            $0.report = report
            $0.error = report.failure
            $0.status = report.failure == nil ? .done : .failed
        }
    }

    func fail(_ error: SongsError) {
        current.withLock {
            $0.status = error.code == .cancelled ? .cancelled : .failed
            $0.error = error.message
        }
    }
}
