internal import CKernels
import Dispatch
import Foundation
import Synchronization

/// What this machine's processor and memory can do at most, as measured just now: the roofline that networks run under
/// (Williams et al. 2009, doi:10.1145/1498765.1498785).
public struct MachineLimits: Sendable, Equatable {
    /// Multiplications and additions of 8-bit integers a second, in registers alone, on all cores at once.
    public let integerOperationsPerSecond: Double
    /// Bytes a second that all cores together read from memory.
    public let readBytesPerSecond: Double

    /// Limits that are known from elsewhere.
    public init(integerOperationsPerSecond: Double, readBytesPerSecond: Double) {
        self.integerOperationsPerSecond = integerOperationsPerSecond
        self.readBytesPerSecond = readBytesPerSecond
    }

    /// The instructions that integers are multiplied with, such as "AVX-512 VNNI".
    public static var kernelName: String { String(cString: qlinear_kernel_name(qlinear_best_kernel())) }

    /// The cores that are measured with.
    public static var coreCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Several times the largest cache that processors have.
    private static let bufferByteCount = 512 << 20
    private static let turns = 4

    /// Measures both: the best of a few turns. Blocks for half a second, with all cores busy and 512 MiB of memory taken for
    /// that time.
    public static func measure() -> MachineLimits {
        MachineLimits(integerOperationsPerSecond: integerPeak(), readBytesPerSecond: readBandwidth())
    }

    private static func integerPeak() -> Double {
        let rounds = longRounds()
        let operations = Mutex(0.0)
        let speeds = (0..<turns).map { _ in
            operations.withLock { $0 = 0 }
            let time = seconds {
                DispatchQueue.concurrentPerform(iterations: coreCount) { _ in
                    let done = qlinear_peak(rounds)
                    operations.withLock { $0 += done }
                }
            }
            return operations.withLock { $0 } / time
        }
        return speeds.max() ?? 0
    }

    /// As many rounds as take some thirty milliseconds: starting threads should not count.
    private static func longRounds() -> Int64 {
        var rounds: Int64 = 1 << 10
        while seconds({ _ = qlinear_peak(rounds) }) < 0.03, rounds < 1 << 40 { rounds *= 2 }
        return rounds
    }

    /// Safe to share: it is written before any thread reads it.
    private struct Buffer: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
    }

    private static func readBandwidth() -> Double {
        // Straight from the system, so that it goes back there at once.
        guard
            let address = mmap(
                nil, bufferByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            address != MAP_FAILED
        else { return 0 }
        defer { munmap(address, bufferByteCount) }
        let buffer = Buffer(bytes: UnsafeMutableRawBufferPointer(start: address, count: bufferByteCount))
        // Pages that nobody wrote to are one and the same.
        memset(address, 1, bufferByteCount)
        let part = bufferByteCount / coreCount / 64 * 64
        let sum = Mutex<UInt64>(0)
        let speeds = (0..<turns).map { _ in
            let time = seconds {
                DispatchQueue.concurrentPerform(iterations: coreCount) { index in
                    let found = qlinear_read(buffer.bytes.baseAddress?.advanced(by: index * part), part)
                    sum.withLock { $0 &+= found }
                }
            }
            return Double(part * coreCount) / time
        }
        return speeds.max() ?? 0
    }

    private static func seconds(_ body: () -> Void) -> Double {
        let time = ContinuousClock().measure(body).components
        return Double(time.seconds) + Double(time.attoseconds) * 1e-18
    }
}
