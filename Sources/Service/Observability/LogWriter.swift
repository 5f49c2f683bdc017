import Dispatch
import Foundation
import Logging
import Synchronization

/// Writes log lines to a file descriptor on a thread of its own, so that a reader who is slow, or reads no more, stops
/// nobody: a pipe takes 64 kB, and then its writers wait.
///
/// Lines wait in a buffer of bounded size. One that finds it full is dropped and counted, and as soon as lines go out
/// again, one says how many are missing. The descriptor itself stays as it was opened: what makes it non-blocking holds for
/// all who share it, such as the shell of a terminal.
public final class LogWriter: Sendable {
    /// Writes to standard error.
    public static let standardError = LogWriter(descriptor: STDERR_FILENO)

    private struct State {
        var waiting: [UInt8] = []
        /// Dropped since a line last told of it.
        var missing = 0
        var dropped = 0
        var isWriting = false
    }

    private let descriptor: Int32
    private let capacity: Int
    private let queue = DispatchQueue(label: "log")
    private let state = Mutex(State())

    /// Makes a writer to an open file.
    ///
    /// - Parameter capacity: how many bytes may wait, besides as many that are being written.
    init(descriptor: Int32, capacity: Int = 1 << 20) {
        self.descriptor = descriptor
        self.capacity = capacity
    }

    /// How many lines have been dropped so far.
    public var droppedLines: Int { state.withLock { $0.dropped } }

    /// Takes a line, its line break included; never waits.
    @Sendable public func write(_ line: String) {
        let mustStart = state.withLock { state in
            guard state.waiting.count + line.utf8.count <= capacity else {
                state.missing += 1
                state.dropped += 1
                return false
            }
            state.waiting += Array(line.utf8)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.drain() } }
    }

    /// Waits until all lines are out, but no longer than this.
    public func flush(within patience: Duration) {
        let isDone = DispatchSemaphore(value: 0)
        queue.async { isDone.signal() }
        _ = isDone.wait(timeout: .now() + patience / .seconds(1))
    }

    private func drain() {
        while true {
            let bytes = state.withLock { state in
                var bytes = state.waiting
                state.waiting = []
                if state.missing > 0 { bytes += Self.note(of: state.missing) }
                state.missing = 0
                if bytes.isEmpty { state.isWriting = false }
                return bytes
            }
            if bytes.isEmpty { return }
            let unwritten = put(bytes)
            if unwritten > 0 { state.withLock { $0.dropped += unwritten } }
        }
    }

    private static func note(of count: Int) -> [UInt8] {
        var line = JSONLine()
        line.add("timestamp", .string(Timestamp.now()))
        line.add("level", "warning")
        line.add("message", "Log lines are missing here: nobody read them in time")
        line.add("lines", .stringConvertible(count))
        return Array(line.finished.utf8)
    }

    /// Writes bytes, however long their reader takes. A full disk or a reader that has gone must not stop the server: what
    /// they do not take is lost.
    ///
    /// - Returns: how many lines could not be written.
    private func put(_ bytes: [UInt8]) -> Int {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody else who shares the file made it non-blocking.
                var file = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&file, 1, -1)
            } else if errno != EINTR {
                break
            }
        }
        return rest.count { $0 == UInt8(ascii: "\n") }
    }
}
