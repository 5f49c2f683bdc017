import Dispatch
public import Foundation
import Hub
import Synchronization

extension ModelSource {
    /// The waits of a server between attempts at a download; the last one goes on.
    private static let patience: [Duration] = [.seconds(30), .seconds(60), .seconds(120), .seconds(300)]

    /// The folder with the checkpoint's files, for a caller on a thread of its own; blocks while they are fetched.
    ///
    /// A server must come up when the network does: a failure that may pass is retried for as long as the process
    /// lives.
    /// - Throws: `HubError` for other failures.
    public func checkpointBlocking(
        modelCache: URL, progress: @escaping @Sendable (String) -> Void
    ) throws -> URL {
        guard case .hub(let reference) = self else {
            return try Self.block { try await self.checkpoint(modelCache: modelCache) { _ in } }
        }
        let lines = DownloadLog("\(reference)", progress)
        for attempt in 0... {
            do {
                return try Self.block { try await self.checkpoint(modelCache: modelCache, report: lines.report) }
            } catch let error as HubError where Self.mayPass.contains(error.code) {
                let wait = Self.patience[min(attempt, Self.patience.count - 1)]
                progress("\(error.message) \(reference) is tried again in \(wait.components.seconds) s.")
                Thread.sleep(forTimeInterval: wait / .seconds(1))
            }
        }
        throw CancellationError()
    }

    private static let mayPass: [HubError.Code] = [
        .noNetwork, .connectionLost, .stalled, .serverFailure, .rateLimited,
    ]

    /// Blocks the current thread until asynchronous work is done.
    private static func block<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let value = try await work()
                outcome.result.withLock { $0 = .success(value) }
            } catch {
                outcome.result.withLock { $0 = .failure(error) }
            }
            done.signal()
        }
        done.wait()
        return try outcome.result.withLock { $0 }.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>>(.failure(CancellationError()))
    }
}

/// Says in a log how far a download has come.
private final class DownloadLog: Sendable {
    private let lines: Mutex<DownloadLines>
    private let write: @Sendable (String) -> Void

    init(_ name: String, _ write: @escaping @Sendable (String) -> Void) {
        lines = Mutex(DownloadLines(name))
        self.write = write
    }

    func report(_ event: HubEvent) {
        if let line = lines.withLock({ $0.line(for: event) }) { write(line) }
    }
}
