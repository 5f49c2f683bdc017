import Checkpoint
import Foundation
import Randomness

/// Random weights for the tensors of a network, written to a folder as Hugging Face stores them: shards and an index.
struct SyntheticWeights {
    /// What one shard holds at most, in bytes; transformers' own default.
    private static let shardSize = 5_000_000_000

    let tensors: [WeightOutline.Tensor]
    let type: ScalarType
    let seed: UInt64

    var parameterCount: Int { tensors.reduce(0) { $0 + $1.elementCount } }
    var byteCount: Int { parameterCount * type.byteCount }

    /// Writes the shards, one after the other, a few megabytes at a time.
    ///
    /// - Parameter progress: told which share is written, 0 to 1.
    func write(to folder: URL, progress: (Double) -> Void) throws {
        let shards = shards
        var (random, written) = (NormalNumbers(seed: seed), 0)
        var places: [String: String] = [:]
        for (index, shard) in shards.enumerated() {
            let name =
                shards.count == 1
                ? "model.safetensors" : String(format: "model-%05d-of-%05d.safetensors", index + 1, shards.count)
            let file = try SafetensorsWriter(
                folder.appendingPathComponent(name),
                tensors: shard.map { SafetensorsWriter.Tensor($0.name, type, shape: $0.shape) })
            for tensor in shard {
                places[tensor.name] = name
                let (mean, deviation) = Self.distribution(of: tensor)
                try random.produce(tensor.elementCount, type, mean: mean, deviation: deviation) { bytes in
                    try file.write(bytes)
                    written += bytes.count
                    progress(Double(written) / Double(max(byteCount, 1)))
                }
            }
            try file.close()
        }
        guard shards.count > 1 else { return }
        let index: [String: Any] = ["metadata": ["total_size": byteCount], "weight_map": places]
        try JSONSerialization.data(withJSONObject: index, options: [.sortedKeys, .prettyPrinted])
            .write(to: folder.appendingPathComponent("model.safetensors.index.json"))
    }

    private var shards: [[WeightOutline.Tensor]] {
        var (shards, size): ([[WeightOutline.Tensor]], Int) = ([[]], 0)
        for tensor in tensors {
            let byteCount = tensor.elementCount * type.byteCount
            if size + byteCount > Self.shardSize, size > 0 {
                shards.append([])
                size = 0
            }
            shards[shards.count - 1].append(tensor)
            size += byteCount
        }
        return shards
    }

    /// Scales at which layers neither vanish nor overflow: gains about one, shifts small, and matrices whose rows have
    /// the length one.
    private static func distribution(of tensor: WeightOutline.Tensor) -> (mean: Float, deviation: Float) {
        if tensor.shape.count < 2 { return tensor.name.hasSuffix("weight") ? (1, 0.1) : (0, 0.02) }
        let rowLength = tensor.shape.dropFirst().reduce(1, *)
        // Query tokens and position tables: one row of vectors that are added or normalised as they are.
        if tensor.shape[0] == 1 { return (0, 0.5) }
        return (0, 1 / Float(max(rowLength, 1)).squareRoot())
    }
}

/// Normally distributed numbers, fast enough to fill gigabytes: each is one of 4096 that were drawn beforehand.
struct NormalNumbers {
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
