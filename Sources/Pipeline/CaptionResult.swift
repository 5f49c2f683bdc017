/// A caption, the picture it belongs to, and where the time went.
public struct CaptionResult: Sendable, Equatable {
    /// The sentence.
    public var caption: String
    /// How many tokens were generated.
    public var tokenCount: Int
    /// The picture.
    public var picture: PictureInfo
    /// Where the time went.
    public var timings: CaptionTimings

    /// Makes a result from a caption, its picture and its timings.
    public init(caption: String, tokenCount: Int, picture: PictureInfo, timings: CaptionTimings) {
        self.caption = caption
        self.tokenCount = tokenCount
        self.picture = picture
        self.timings = timings
    }
}

/// What is known of a picture apart from its pixels.
public struct PictureInfo: Sendable, Equatable {
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
    public var total: Duration
    /// Reading, decoding and resizing the picture, waiting for a worker included.
    public var preparation: Duration
    /// Waiting for the model.
    public var waiting: Duration
    /// The stages inside the model.
    public var generation: GenerationTimings

    /// Makes timings from their parts.
    public init(total: Duration, preparation: Duration, waiting: Duration, generation: GenerationTimings) {
        self.total = total
        self.preparation = preparation
        self.waiting = waiting
        self.generation = generation
    }
}
