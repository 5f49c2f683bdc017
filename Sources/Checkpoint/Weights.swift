public import Foundation

/// The tensors of a checkpoint folder, from one file or from many.
public struct Weights: Sendable {
    static let singleFileName = "model.safetensors"
    static let indexFileName = "model.safetensors.index.json"

    /// The weight files, in the order of their names.
    public let files: [URL]
    /// The index that names the files, where there is one.
    let index: URL?
    let shards: [SafetensorsFile]
    private let shardOfTensor: [String: Int]

    /// Opens `model.safetensors`, or else every file that `model.safetensors.index.json` names, and validates the
    /// headers. Reads headers only.
    ///
    /// - Throws: `missingFile` where there is neither; `invalidIndex`; what `SafetensorsFile` throws.
    public init(folder: URL) throws(CheckpointError) {
        let single = folder.appending(path: Self.singleFileName)
        let index = folder.appending(path: Self.indexFileName)
        if FileManager.default.fileExists(atPath: single.path) {
            let file = try SafetensorsFile(path: single.path)
            files = [single]
            shards = [file]
            self.index = nil
            shardOfTensor = Dictionary(uniqueKeysWithValues: file.names.map { ($0, 0) })
        } else if FileManager.default.fileExists(atPath: index.path) {
            let fileOfTensor = try Self.readIndex(index)
            let fileNames = Set(fileOfTensor.values).sorted()
            let files = fileNames.map { folder.appending(path: $0) }
            let shards = try files.map { (url) throws(CheckpointError) in
                try Self.openShard(url, index: index)
            }
            let places = Dictionary(uniqueKeysWithValues: fileNames.enumerated().map { ($1, $0) })
            shardOfTensor = fileOfTensor.compactMapValues { places[$0] }
            for (name, place) in shardOfTensor.sorted(by: { $0.key < $1.key }) where !shards[place].contains(name) {
                throw CheckpointError(
                    .invalidIndex,
                    "\(index.path) says that tensor \"\(name)\" is in \(fileNames[place]), which does not hold it.")
            }
            self.files = files
            self.shards = shards
            self.index = index
        } else {
            throw CheckpointError(
                .missingFile,
                "\(folder.path) holds neither \(Self.singleFileName) nor \(Self.indexFileName). "
                    + "Older checkpoints hold pytorch_model.bin alone; saving them again with transformers converts them."
            )
        }
    }

    /// The tensors' names, sorted.
    public var names: [String] { shardOfTensor.keys.sorted() }

    public func contains(_ name: String) -> Bool { shardOfTensor[name] != nil }

    /// The tensor of that name, and of that shape if one is given.
    ///
    /// - Throws: `missingTensor`, `unexpectedShape`.
    public func tensor(_ name: String, shape: [Int]? = nil) throws(CheckpointError) -> StoredTensor {
        guard let shard = shardOfTensor[name] else {
            let place = index?.path ?? shards.map(\.path).joined(separator: ", ")
            throw CheckpointError(.missingTensor, "The checkpoint has no tensor named \"\(name)\" (\(place)).")
        }
        let tensor = try shards[shard].tensor(name)
        if let shape, shape != tensor.shape {
            throw CheckpointError(
                .unexpectedShape,
                "Tensor \"\(name)\" in \(tensor.filePath) has the shape \(tensor.shape); "
                    + "the configuration asks for \(shape).")
        }
        return tensor
    }

    private static func readIndex(_ url: URL) throws(CheckpointError) -> [String: String] {
        let index = try ConfigurationFile(url)
        guard case .object(let map)? = index["weight_map"] else {
            throw CheckpointError(.invalidIndex, "\(url.path) has no object \"weight_map\".")
        }
        var fileOfTensor: [String: String] = [:]
        for (name, value) in map {
            // Only names of files beside the index: a downloaded file must not point at others of this machine.
            guard case .string(let fileName) = value, fileName.hasSuffix(".safetensors"),
                !fileName.utf8.contains(where: { "/\\\0".utf8.contains($0) }), !fileName.hasPrefix(".")
            else {
                throw CheckpointError(
                    .invalidIndex,
                    "\(url.path) places tensor \"\(name)\" in \(value); it must name a .safetensors file beside it.")
            }
            fileOfTensor[name] = fileName
        }
        return fileOfTensor
    }

    private static func openShard(_ url: URL, index: URL) throws(CheckpointError) -> SafetensorsFile {
        do {
            return try SafetensorsFile(path: url.path)
        } catch  where error.code == .missingFile {
            throw CheckpointError(
                .missingFile,
                "\(url.path) is missing, though \(index.lastPathComponent) names it. Download the checkpoint again.",
                cause: error)
        }
    }
}
