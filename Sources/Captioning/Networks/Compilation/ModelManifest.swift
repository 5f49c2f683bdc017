import Checkpoint
import Devices
import Foundation

/// What `manifest.json` says of the compiled model that it lies with.
struct ModelManifest: Codable, Equatable {
    static let fileName = "manifest.json"
    /// What it is called once a file was found damaged: without a manifest the next start compiles the model anew.
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
    /// The name of the checkpoint's folder when it was compiled, for people who look around.
    let source: String
    /// Tells this compilation from every other of the same checkpoint: captions that a damaged model made are not those of
    /// the one that was compiled in its place.
    let build: String
    /// Every file but this one.
    let files: [String: File]
    /// What the model answers to the pattern that it is tried with, by what computes it.
    var answers: [String: KnownAnswer]

    /// Nil where there is none that can be read, which goes for those of older versions, too.
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

    /// Takes the place of the manifest that is there, as a whole.
    func write(to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: folder.appendingPathComponent(Self.fileName), options: .atomic)
    }
}

/// What a model answers to one input that never changes: for each stage, some of its numbers, evenly spread.
///
/// A model that answers otherwise than it did when it was compiled is not the same any more, or is not computed as it was.
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

    /// The first stage whose numbers are further from what they were than may be, and how far: ‖now − then‖ / ‖then‖. Nil
    /// where there is none.
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
