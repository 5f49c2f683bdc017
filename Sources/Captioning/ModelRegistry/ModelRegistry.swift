import Blip
import Blip2
import Captioning
import Checkpoint
import Florence2
public import Foundation
public import Generation

/// The captioners that can be read, by the `model_type` of their `config.json`.
///
/// A new one is a folder with its configuration, its networks and a `CaptionerCheckpoint`, and one line in ``standard``; see
/// docs/adding-a-captioner.md.
public struct ModelRegistry: Sendable, ExpressibleByDictionaryLiteral {
    /// Every captioner of this program.
    public static let standard: ModelRegistry = [
        "blip-2": Blip2Checkpoint.self,
        "blip": BlipCheckpoint.self,
        "florence2": Florence2Checkpoint.self,
        "instructblip": Blip2Checkpoint.self,
    ]

    private let families: [(modelType: String, checkpoint: any CaptionerCheckpoint.Type)]

    /// - Parameter elements: the first one is taken for checkpoints that do not say what they are.
    public init(dictionaryLiteral elements: (String, any CaptionerCheckpoint.Type)...) {
        families = elements.map { ($0, $1) }
    }

    /// The model types that are read, in the order of the registry.
    public var modelTypes: [String] { families.map(\.modelType) }

    /// Reads the small files of a checkpoint, as its `model_type` asks.
    /// - Throws: `CaptionError` for a model type that is not known; `CheckpointError` and what the captioner throws, each with the
    ///   file and what to do.
    public func checkpoint(_ folder: URL) throws -> any CaptionerCheckpoint {
        let folder = try CheckpointFolder(folder)
        let type = folder.configuration["model_type"]
        let family = type == nil ? families.first : families.first { .string($0.modelType) == type }
        guard let family else {
            let names = modelTypes.map { "\"\($0)\"" }
            throw CaptionError(
                .unusableModel,
                "\(folder.configuration.path) is of the model type \(type ?? .null); only "
                    + "\(names.joined(separator: ", ")) \(names.count == 1 ? "is" : "are") supported.")
        }
        return try family.checkpoint.init(folder)
    }
}
