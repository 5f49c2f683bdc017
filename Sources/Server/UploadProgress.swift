import HTTPTypes
import Pipeline
import Synchronization

/// Whether an upload still moves, by its client's own time: that in which its bytes are waited for. While the server
/// holds the client back, that time stands still.
final class UploadProgress: Sendable {
    /// Slower than the slowest modem: a client that only means to hold the connection.
    private static let minimumBytesPerSecond = 1024.0

    /// How much came in how much time.
    private struct Reading {
        var bytes = 0
        var time = Duration.zero
        var waitingSince: ContinuousClock.Instant?
    }

    private let reading = Mutex(Reading())

    /// The server begins to wait for bytes.
    func beginWaiting() {
        reading.withLock { $0.waitingSince = .now }
    }

    /// So many bytes came.
    func endWaiting(bytes: Int) {
        reading.withLock { reading in
            reading.bytes += bytes
            if let since = reading.waitingSince { reading.time += .now - since }
            reading.waitingSince = nil
        }
    }

    /// How much came in how much time, up to this moment.
    private var now: Reading {
        reading.withLock { reading in
            var now = reading
            if let since = reading.waitingSince { now.time += .now - since }
            return now
        }
    }

    /// Returns never; throws once less than a kilobyte a second has come for as long as `patience`.
    func watch(_ patience: Duration) async throws -> Never {
        while true {
            let before = now
            var after = before
            while after.time - before.time < patience {
                // Not in steps of nothing while the client's time stands still.
                try await Task.sleep(for: max(patience - (after.time - before.time), patience / 16))
                after = now
            }
            let seconds = (after.time - before.time).inSeconds
            guard Double(after.bytes - before.bytes) >= seconds * Self.minimumBytesPerSecond else {
                throw ServerError(
                    .slowUpload,
                    "Less than a kilobyte a second of the upload came for \(patience.inSeconds) seconds. Send it again.",
                    headers: [.connection: "close"])
            }
        }
    }
}
