public import Captioning

/// A caption, the picture it belongs to, and where the time went.
public struct CaptionResult: Sendable, Equatable {
    /// The sentence.
    public var caption: String
    /// All captions where several were asked for, the best of them, ``caption``, first; else nil.
    public var captions: [String]?
    /// The mean log-probability of the tokens of ``caption``, at most 0, where it was asked for; else nil.
    public var score: Double?
    /// The same of each of ``captions``, in their order.
    public var scores: [Double]?
    /// How many tokens were generated for ``caption``.
    public var tokenCount: Int
    /// The picture.
    public var picture: PictureInfo
    /// Where the time went; all zero for a caption from the cache.
    public var timings: CaptionTimings
    /// Whether the caption came from the cache.
    public var isCached: Bool

    /// Makes a result from a caption, its picture and its timings.
    public init(
        caption: String, tokenCount: Int, picture: PictureInfo, timings: CaptionTimings = CaptionTimings(),
        isCached: Bool = false
    ) {
        self.caption = caption
        self.tokenCount = tokenCount
        self.picture = picture
        self.timings = timings
        self.isCached = isCached
    }
}

/// What is known of a picture apart from its pixels.
public struct PictureInfo: Sendable, Equatable, Codable {
    /// The format in lower-case letters: `jpeg`, `png`.
    public var format: String
    /// Pixels from left to right, as the picture is seen.
    public var width: Int
    /// Pixels from top to bottom, as the picture is seen.
    public var height: Int
    /// The size of the file in bytes.
    public var byteCount: Int
    /// The SHA-256 of the file, as 64 hexadecimal digits.
    public var hash: String

    /// Makes the description of a picture.
    public init(format: String, width: Int, height: Int, byteCount: Int, hash: String) {
        self.format = format
        self.width = width
        self.height = height
        self.byteCount = byteCount
        self.hash = hash
    }
}

/// Where the time of one caption went.
public struct CaptionTimings: Sendable, Equatable {
    /// From the call to its result.
    public var total = Duration.zero
    /// Decoding and resizing the picture.
    public var decode = Duration.zero
    /// Turning the picture upright, cropping and normalising it.
    public var preprocess = Duration.zero
    /// Waiting: for a worker that reads the picture, and for the model.
    public var waiting = Duration.zero
    /// The stages inside the model.
    public var generation: StageTimings = [:]

    /// Makes timings that are all zero.
    public init() {}
}
