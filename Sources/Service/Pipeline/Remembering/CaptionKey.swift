import Captioning
import Crypto
import Foundation

/// What a caption depends on: the picture's bytes, the model, and what was asked of it.
struct CaptionKey: Hashable, Sendable {
    /// The SHA-256 of all of them.
    let digest: Data

    /// Makes the key of a caption.
    ///
    /// - Parameters:
    ///   - picture: the SHA-256 of the picture's file.
    ///   - model: what tells the model's weights and arithmetic from others'.
    init(picture: String, model: String, options: CaptionOptions) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var hash = SHA256()
        hash.update(data: Data("\(picture)\n\(model)\n".utf8))
        hash.update(data: try encoder.encode(options))
        digest = Data(hash.finalize())
    }
}

/// A caption as it is remembered.
struct RememberedCaption: Sendable, Equatable, Codable {
    let caption: String
    /// All captions, where several were asked for.
    let captions: [String]?
    let tokenCount: Int
    let picture: PictureInfo
    /// When it was made, in seconds since 1970.
    let created: Double

    init(_ result: CaptionResult, created: Double) {
        caption = result.caption
        captions = result.captions
        tokenCount = result.tokenCount
        picture = result.picture
        self.created = created
    }

    /// The caption as an answer.
    var result: CaptionResult {
        var result = CaptionResult(caption: caption, tokenCount: tokenCount, picture: picture, isCached: true)
        result.captions = captions
        return result
    }
}
