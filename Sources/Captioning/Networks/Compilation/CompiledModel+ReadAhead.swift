import Dispatch
import Foundation
import Glibc

extension CompiledModel {
    /// Asks the system to read the weights of some graphs from disk, in the order of their use. Returns at once.
    ///
    /// Weights are mapped: without this, a network's first run waits for each stretch of its file anew.
    package func readAhead(_ graphs: [String]) {
        guard UInt64(byteCount) < ProcessInfo.processInfo.physicalMemory else { return }
        let paths = graphs.map { folder.appendingPathComponent("\($0).weights").path }
        DispatchQueue.global(qos: .utility).async {
            for path in paths { Self.readAhead(path) }
        }
    }

    /// In pieces, because the system limits the size of a request.
    private static func readAhead(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        let piece = 2 << 20
        for start in stride(from: 0, to: end, by: piece) {
            posix_fadvise(file, start, piece, POSIX_FADV_WILLNEED)
        }
    }
}
