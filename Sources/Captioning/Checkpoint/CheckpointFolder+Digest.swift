import Crypto
import Foundation

extension CheckpointFolder {
    /// Weight files up to this size count towards the digest with every byte.
    static let wholeFileByteCount = 64 << 20
    /// What larger files give for each tensor at its beginning, in its middle and at its end.
    static let sampleByteCount = 4 << 10

    /// 64 hexadecimal digits that stand for what a compiled model depends on: SHA-256 over `config.json`,
    /// `generation_config.json`, the weights' index, and each weight file.
    ///
    /// Of a weight file (safetensors, or `pytorch_model.bin` with its pickle) count its size, its header, and its data: all of
    /// them up to 64 MiB, and beyond that 4 KiB from the beginning, the middle and the end of every tensor. So the digest of 15 GB takes some tenths of a second at
    /// most, and two fine-tunes of one shape differ, even where only a small layer was trained. A change that misses all
    /// of a tensor's samples goes unseen.
    ///
    /// Neither the folder's path nor any time counts: a checkpoint that has been moved or downloaded again keeps its
    /// compiled model. Blocks while it reads.
    public func digest() throws(CheckpointError) -> String {
        let weights = try weights()
        var hash = SHA256()
        let index = weights.index?.lastPathComponent ?? Weights.indexFileName
        for name in ["config.json", "generation_config.json", index] {
            let isAbsent = name == index && weights.index == nil
            let file = isAbsent ? nil : try Self.map(folder.appending(path: name))
            hash.update(part: name, file?.bytes)
        }
        for shard in weights.shards {
            Self.update(&hash, with: shard)
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func update(_ hash: inout SHA256, with shard: any WeightFile) {
        let bytes = shard.file.bytes
        for table in shard.tableRanges { hash.update(part: "weights", bytes[table]) }
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        guard bytes.count > wholeFileByteCount else {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[shard.dataRange]))
            return
        }
        let samples = shard.tensorRanges.flatMap(sampleRanges)
        shard.file.prefetch(samples)
        for sample in samples {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[sample]))
        }
    }

    /// Where in the file the bytes lie that stand for a tensor's.
    private static func sampleRanges(of tensor: Range<Int>) -> [Range<Int>] {
        let (start, end) = (tensor.lowerBound, tensor.upperBound)
        guard tensor.count > 3 * sampleByteCount else { return [tensor] }
        let last = end - sampleByteCount
        return [start, start + (last - start) / 2, last].map { $0..<$0 + sampleByteCount }
    }

    private static func map(_ url: URL) throws(CheckpointError) -> MappedFile? {
        do {
            return try MappedFile(path: url.path)
        } catch  where error.code == .missingFile {
            return nil
        }
    }
}

extension SHA256 {
    /// A named part with its length before it, so that two parts can never be taken for one.
    fileprivate mutating func update(part name: String, _ bytes: Slice<UnsafeRawBufferPointer>?) {
        update(part: name, bytes.map { UnsafeRawBufferPointer(rebasing: $0) })
    }

    fileprivate mutating func update(part name: String, _ bytes: UnsafeRawBufferPointer?) {
        let label = "\(name.utf8.count) \(name) \(bytes.map { String($0.count) } ?? "absent")\n"
        update(data: Data(label.utf8))
        if let bytes { update(bufferPointer: bytes) }
    }
}
