/// A place where captions are kept: memory, a disk, a server that several machines share.
///
/// A cache never fails a request. One that throws is skipped; one that is slow must give up by itself.
/// ``CaptionCache`` asks several in turn.
public protocol ResultCache: Sendable {
    /// Its label in metrics: `memory`, `disk`, `shared`.
    var name: String { get }

    /// Whether captions outlive the process. Such a cache gets no captions before the model's files are checked.
    var isPersistent: Bool { get }

    /// The caption of `key`; nil if there is none. It may have expired.
    func get(_ key: CaptionKey) async throws -> CachedCaption?

    /// Stores a caption, replacing an older one. May return before it is written.
    func put(_ caption: CachedCaption, for key: CaptionKey) async throws

    /// Drops all captions. Called only where ``isPersistent`` is false.
    func removeAll() async

    /// Opens the cache; called once, first.
    func open() async

    /// Writes what is left; called once, last.
    func close() async
}

extension ResultCache {
    public var isPersistent: Bool { true }
    public func removeAll() async {}
    public func open() async {}
    public func close() async {}
}

/// A caption as caches keep it.
public struct CachedCaption: Sendable, Equatable, Codable {
    public let caption: String
    /// All captions, where several were asked for.
    public let captions: [String]?
    /// The mean log-probability of the caption's tokens, where it was asked for.
    public let score: Double?
    /// The same of all captions, where several were asked for.
    public let scores: [Double]?
    public let tokenCount: Int
    public let picture: PictureInfo
    /// When it was made, in seconds since 1970.
    public let created: Double

    /// - Parameter created: when it was made, in seconds since 1970.
    public init(_ result: CaptionResult, created: Double) {
        caption = result.caption
        captions = result.captions
        score = result.score
        scores = result.scores
        tokenCount = result.tokenCount
        picture = result.picture
        self.created = created
    }

    /// The caption as an answer.
    public var result: CaptionResult {
        var result = CaptionResult(caption: caption, tokenCount: tokenCount, picture: picture, isCached: true)
        result.captions = captions
        result.score = score
        result.scores = scores
        return result
    }
}
