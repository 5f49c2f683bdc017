public import Foundation

/// The tensors of a checkpoint folder, from one file or from many.
public struct Weights: Sendable {
    static let indexFileName = "model.safetensors.index.json"
    /// What is looked for of safetensors, and what where there are none; in this order.
    package static let safetensorsNames = ["model.safetensors", indexFileName]
    package static let torchNames = ["pytorch_model.bin", "pytorch_model.bin.index.json"]
    /// What is looked for in a folder, in this order.
    package static let fileNames = safetensorsNames + torchNames

    /// The weight files, in the order of their names.
    public let files: [URL]
    /// The index that names the files, where there is one.
    let index: URL?
    let shards: [any WeightFile]
    private var places: [String: Place]
    private let outline: WeightOutline?

    /// Where a tensor is, and what it is called there.
    private struct Place {
        let shard: Int
        let storedName: String
    }

    /// Weights that are made up: there is a tensor of every name and shape that is asked for, all zeros, and `outline`
    /// writes down which.
    public init(outline: WeightOutline) {
        (files, index, shards, places) = ([], nil, [], [:])
        self.outline = outline
    }

    /// Opens the first that is there of `model.safetensors`, the files that `model.safetensors.index.json` names,
    /// `pytorch_model.bin`, and the files that `pytorch_model.bin.index.json` names, in the order in which transformers looks;
    /// and validates their tables. Reads no tensor.
    ///
    /// - Throws: `missingFile` where there is none; `invalidIndex`; what ``SafetensorsFile`` and ``TorchFile`` throw.
    public init(folder: URL) throws(CheckpointError) {
        outline = nil
        let found = Self.fileNames.map { folder.appending(path: $0) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
        guard let found else { throw Self.nothingThere(folder) }
        if found.pathExtension != "json" {
            let file = try Self.open(found)
            files = [found]
            shards = [file]
            self.index = nil
            places = Dictionary(uniqueKeysWithValues: file.names.map { ($0, Place(shard: 0, storedName: $0)) })
        } else {
            let fileOfTensor = try Self.readIndex(found)
            let fileNames = Set(fileOfTensor.values).sorted()
            let files = fileNames.map { folder.appending(path: $0) }
            let shards = try files.map { (url) throws(CheckpointError) in
                try Self.openShard(url, index: found)
            }
            let numbers = Dictionary(uniqueKeysWithValues: fileNames.enumerated().map { ($1, $0) })
            var places: [String: Place] = [:]
            for (name, file) in fileOfTensor.sorted(by: { $0.key < $1.key }) {
                guard let shard = numbers[file], shards[shard].contains(name) else {
                    throw CheckpointError(
                        .invalidIndex,
                        "\(found.path) says that tensor \"\(name)\" is in \(file), which does not hold it. "
                            + "Download both files again.")
                }
                places[name] = Place(shard: shard, storedName: name)
            }
            self.places = places
            self.files = files
            self.shards = shards
            self.index = found
        }
        if let adapter = places.keys.filter(ForeignCheckpoint.hasAdapter).min(), let place = places[adapter] {
            throw CheckpointError(
                .missingTensor,
                "\(files[place.shard].path) cannot be used. \(ForeignCheckpoint.kind(ofTensors: [adapter]) ?? "")")
        }
    }

    /// What is wrong with a folder without weights, and what to do about it.
    private static func nothingThere(_ folder: URL) -> CheckpointError {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        if let kind = ForeignCheckpoint.kind(of: files) {
            return CheckpointError(.missingFile, "\(folder.path) \(kind)")
        }
        return CheckpointError(
            .missingFile,
            "\(folder.path) holds no weights: there is none of \(fileNames.joined(separator: ", ")). Download the checkpoint "
                + "again.")
    }

    /// The same tensors under other names, for checkpoints that were saved under names of another time.
    ///
    /// A tensor keeps its old name too. Where its new one is taken, it keeps only the old one.
    public func adding(_ newName: (String) -> String) -> Weights {
        var copy = self
        for (name, place) in places {
            let other = newName(name)
            if other != name, places[other] == nil { copy.places[other] = place }
        }
        return copy
    }

    /// The tensors' names, sorted.
    public var names: [String] { places.keys.sorted() }

    /// Numbers in all tensors of all files.
    public var parameterCount: Int { shards.reduce(0) { $0 + $1.elementCount } }

    public func contains(_ name: String) -> Bool { outline?.contains(name) ?? (places[name] != nil) }

    /// The tensor of that name, and of that shape if one is given.
    ///
    /// - Throws: `missingTensor`, `unexpectedShape`, `unexpectedScalarType` where it is not of floats.
    public func tensor(_ name: String, shape: [Int]? = nil) throws(CheckpointError) -> StoredTensor {
        if let outline { return try outline.tensor(name, shape: shape) }
        guard let place = places[name] else {
            let files = index?.path ?? shards.map(\.path).joined(separator: ", ")
            let advice =
                ForeignCheckpoint.kind(ofTensors: places.keys)
                ?? "Download it again, or save it again with transformers' save_pretrained."
            throw CheckpointError(
                .missingTensor,
                "The checkpoint has no tensor named \"\(name)\" (\(files)), which its config.json asks for. \(advice)")
        }
        let tensor = try shards[place.shard].tensor(place.storedName)
        try tensor.checkFloatingPoint()
        if let shape, shape != tensor.shape {
            throw CheckpointError(
                .unexpectedShape,
                "Tensor \"\(tensor.name)\" in \(tensor.filePath) has the shape \(tensor.shape); "
                    + "the configuration asks for \(shape). "
                    + "Its config.json belongs to other weights: download both again.")
        }
        return tensor
    }

    private static func readIndex(_ url: URL) throws(CheckpointError) -> [String: String] {
        let index = try ConfigurationFile(url)
        guard case .object(let map)? = index["weight_map"] else {
            throw CheckpointError(.invalidIndex, "\(url.path) has no object \"weight_map\".")
        }
        let ending = url.lastPathComponent == indexFileName ? ".safetensors" : ".bin"
        var fileOfTensor: [String: String] = [:]
        for (name, value) in map {
            // Only names of files beside the index: a downloaded file must not point at others of this machine.
            guard case .string(let fileName) = value, fileName.hasSuffix(ending),
                !fileName.utf8.contains(where: { "/\\\0".utf8.contains($0) }), !fileName.hasPrefix(".")
            else {
                throw CheckpointError(
                    .invalidIndex,
                    "\(url.path) places tensor \"\(name)\" in \(value); it must name a \(ending) file beside it.")
            }
            fileOfTensor[name] = fileName
        }
        return fileOfTensor
    }

    private static func open(_ url: URL) throws(CheckpointError) -> any WeightFile {
        url.pathExtension == "bin" ? try TorchFile(path: url.path) : try SafetensorsFile(path: url.path)
    }

    private static func openShard(_ url: URL, index: URL) throws(CheckpointError) -> any WeightFile {
        do {
            return try open(url)
        } catch  where error.code == .missingFile {
            throw CheckpointError(
                .missingFile,
                "\(url.path) is missing, though \(index.lastPathComponent) names it. Download the checkpoint again.",
                cause: error)
        }
    }
}
