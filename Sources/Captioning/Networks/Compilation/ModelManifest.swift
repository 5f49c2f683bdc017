import Checkpoint
import Devices
import Foundation

/// The content of `manifest.json`, which describes the compiled model in the same folder.
struct ModelManifest: Codable, Equatable {
    static let fileName = "manifest.json"
    /// Its name after a file was found damaged: without a manifest the next start compiles the model again.
    static let condemnedName = "manifest.damaged.json"

    struct File: Codable, Equatable {
        let bytes: Int
        /// 64 hexadecimal digits.
        let sha256: String
    }

    /// See ``Compilation/format``.
    let format: Int
    let digest: String
    let precision: Precision
    /// The name of the checkpoint's folder when it was compiled, for people who look at the files.
    let source: String
    /// Identifies this compilation among others of the same checkpoint, so that cached captions of a damaged model are
    /// not used for its replacement.
    let build: String
    /// Every file but this one.
    let files: [String: File]
    /// The known answers to the fixed pattern, by machine.
    var answers: [String: KnownAnswer]

    /// Nil if there is no readable one; those of older versions are not readable.
    init?(in folder: URL, named name: String = fileName) {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)),
            let manifest = try? JSONDecoder().decode(ModelManifest.self, from: data)
        else { return nil }
        self = manifest
    }

    init(_ compilation: Compilation, digest: String, files: [String: File]) {
        format = compilation.format
        self.digest = digest
        precision = compilation.precision
        source = compilation.checkpoint.folder.lastPathComponent
        build = UUID().uuidString
        self.files = files
        answers = [:]
    }

    /// Replaces the existing manifest, atomically.
    func write(to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: folder.appendingPathComponent(Self.fileName), options: .atomic)
    }
}

/// A model's answer to a fixed input: for each stage, some of its numbers, evenly spread.
///
/// If the answer differs from the one at compilation, the model is damaged, or the machine computes something else.
public struct KnownAnswer: Codable, Equatable, Sendable {
    /// A stage's numbers, under its name.
    public struct Stage: Codable, Equatable, Sendable {
        public let name: String
        public let numbers: [Float]

        public init(_ name: String, _ numbers: [Float]) {
            self.name = name
            self.numbers = numbers
        }
    }

    /// In the order in which they are computed.
    public let stages: [Stage]

    public init(_ stages: [Stage]) {
        self.stages = stages
    }

    /// The first stage whose numbers differ by more than the bound, and by how much: ‖now − then‖ / ‖then‖. Nil if
    /// there is none.
    public func difference(from then: KnownAnswer, beyond bound: Float) -> (stage: String, error: Float)? {
        for (index, stage) in stages.enumerated() {
            guard index < then.stages.count, then.stages[index].name == stage.name,
                then.stages[index].numbers.count == stage.numbers.count
            else { return (stage.name, .infinity) }
            let reference = then.stages[index].numbers
            let distance = zip(stage.numbers, reference).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let size = reference.reduce(0) { $0 + $1 * $1 }
            let error = (distance / max(size, .leastNormalMagnitude)).squareRoot()
            if !(error <= bound), distance > 0 || !distance.isFinite { return (stage.name, error) }
        }
        return nil
    }
}
