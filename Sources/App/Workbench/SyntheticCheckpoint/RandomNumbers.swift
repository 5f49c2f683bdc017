import Checkpoint
import Foundation
import Randomness

/// Normally distributed numbers, fast enough to fill gigabytes: each is one of 4096 that were drawn beforehand.
struct RandomNumbers {
    private static let count = 4096

    private var generator: SplitMix64
    /// Mean 0, variance 1.
    private var normal: [Float] = []

    /// - Parameter seed: equal seeds give equal numbers.
    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        while normal.count < Self.count {
            // Box and Muller 1958: two uniform numbers give two normal ones.
            let radius = (-2 * log(Double(generator.next() >> 11 | 1) * 0x1p-53)).squareRoot()
            let angle = 2 * Double.pi * generator.nextUnit()
            normal += [Float(radius * cos(angle)), Float(radius * sin(angle))]
        }
    }

    /// Hands `count` numbers of a mean and a deviation to the sink in pieces, little-endian, as F32, F16 or BF16.
    mutating func produce(
        _ count: Int, _ type: ScalarType, mean: Float, deviation: Float, _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        let values = normal.map { mean + deviation * $0 }
        switch type {
        case .f16: try fill(count, values.map(Self.half), sink)
        case .bf16: try fill(count, values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }, sink)
        default: try fill(count, values, sink)
        }
    }

    private mutating func fill<Element: BitwiseCopyable>(
        _ count: Int, _ table: [Element], _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        let piece = UnsafeMutableBufferPointer<Element>.allocate(capacity: min(count, 1 << 20) + 3)
        defer { piece.deallocate() }
        var rest = count
        while rest > 0 {
            let length = min(rest, 1 << 20)
            table.withUnsafeBufferPointer { table in
                for index in stride(from: 0, to: length, by: 4) {
                    let bits = generator.next()
                    piece[index] = table[Int(bits & 4095)]
                    piece[index + 1] = table[Int((bits >> 16) & 4095)]
                    piece[index + 2] = table[Int((bits >> 32) & 4095)]
                    piece[index + 3] = table[Int((bits >> 48) & 4095)]
                }
            }
            try sink(UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: piece[..<length])))
            rest -= length
        }
    }

    /// IEEE binary16, rounded towards zero; what is too small for a normal number becomes zero.
    private static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let exponent = Int((bits >> 23) & 0xFF) - 112
        guard exponent > 0 else { return 0 }
        return UInt16((bits >> 16) & 0x8000) | UInt16(min(exponent, 30) << 10) | UInt16((bits >> 13) & 0x3FF)
    }
}
