import Captioning
import Crypto
public import Foundation

/// What a caption depends on: the picture's bytes, the model and the options.
public struct CaptionKey: Hashable, Sendable {
    /// The SHA-256 of all of them.
    public let digest: Data

    /// Makes the key of a caption.
    ///
    /// - Parameters:
    ///   - picture: the SHA-256 of the picture's file.
    ///   - model: identifies the model's weights and arithmetic.
    init(picture: String, model: String, options: CaptionOptions) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var hash = SHA256()
        hash.update(data: Data("\(picture)\n\(model)\n".utf8))
        hash.update(data: try encoder.encode(options))
        digest = Data(hash.finalize())
    }
}
