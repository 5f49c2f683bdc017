import Checkpoint
import Foundation

/// Random weights for the tensors of a network, written to a folder as Hugging Face stores them: shards and an index.
struct MadeUpWeights {
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
        var (random, written) = (RandomNumbers(seed: seed), 0)
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
