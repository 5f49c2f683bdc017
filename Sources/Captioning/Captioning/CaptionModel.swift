public import Imaging

/// A model that turns the pixels of pictures into sentences, several at once: a picture joins between two steps, and
/// leaves when its caption ends.
///
/// Its calls block, and are all made on one thread, so that a model need not be `Sendable`.
public protocol CaptionModel: AnyObject {
    /// What the model is, and what it can do.
    var description: ModelDescription { get }

    /// What has to happen to a picture before the model can look at it, unless its request asks for another size; see
    /// `PixelPreparation.asked(by:within:)`.
    var preparation: PixelPreparation { get }

    /// Lets pictures join those that are being captioned.
    ///
    /// - Parameter cancellation: once it is cancelled, from whichever thread, the call stops and throws
    ///   `CancellationError`.
    /// - Returns: the pictures that have their caption already, and those that cannot have one.
    /// - Throws: what failed for all pictures, those that joined before included; ``reset()`` is called then.
    func join(_ pictures: [CaptionInput], cancellation: Cancellation) throws -> [CaptionOutcome]

    /// Goes one token further with every picture that has joined.
    ///
    /// - Returns: the captions that ended.
    /// - Throws: as ``join(_:cancellation:)``.
    func step(cancellation: Cancellation) throws -> [CaptionOutcome]

    /// The text that is certain of a picture on its way: each is the beginning of the next, and of the caption.
    ///
    /// Called for pictures that somebody follows only. Empty where nothing is certain before the end, as with beams, and
    /// in models that do not say it.
    func text(of id: CaptionInput.ID) -> String

    /// Takes out a picture whose caption nobody waits for any more.
    func leave(_ id: CaptionInput.ID)

    /// Takes out all pictures, after an error.
    func reset()

    /// Shows that the model computes what it did when it was compiled, whichever pictures are on their way.
    ///
    /// - Throws: what is wrong, and what to do. What it computes is then not to be believed.
    func prove() throws

    /// The files that the model was loaded from; nil where there are none that could be damaged.
    var files: (any ModelFiles)? { get }
}

/// Is told the text of a caption whenever more of it is certain: all of it so far, each time. It must return at once.
public typealias CaptionListener = @Sendable (_ textSoFar: String) -> Void

/// The files that a model was loaded from. They may be looked at from any thread, while captions are made.
public protocol ModelFiles: Sendable {
    /// What ``stamp()`` was before the model was loaded.
    var loadedStamp: String { get }

    /// What the file system says of the files: another text where one was touched since. Costs microseconds.
    func stamp() -> String

    /// Hashes every file. Blocks for seconds or minutes.
    /// - Parameter isGentle: whether to read slowly enough that captions hardly notice.
    /// - Throws: an error whose description says which file is damaged, and what to do.
    func check(isGentle: Bool) throws
}

/// What a model gets of one picture.
public struct CaptionInput: Sendable, Identifiable {
    /// Tells the pictures of one model apart.
    public let id: UInt64
    /// `[3, height, width]` values, channels first, as the model's preparation asks, at the size that the options ask for.
    public let pixels: [Float]
    /// What the caller wants; already found to be within the limits of the model's description.
    public let options: CaptionOptions

    /// Makes an input from its parts.
    public init(id: UInt64, pixels: [Float], options: CaptionOptions) {
        self.id = id
        self.pixels = pixels
        self.options = options
    }
}

/// How the way of one picture through the model ended.
public struct CaptionOutcome: Sendable {
    /// The picture.
    public let id: CaptionInput.ID
    /// Its caption; a ``CaptionError`` where the caller can mend it; else an error of the model's own.
    public let result: Result<GeneratedCaption, any Error>

    /// Makes an outcome from its parts.
    public init(id: CaptionInput.ID, result: Result<GeneratedCaption, any Error>) {
        self.id = id
        self.result = result
    }
}

extension CaptionOutcome {
    /// The outcome, in which a caption without a word is an error: nobody could tell it from a damaged model's.
    public var checked: CaptionOutcome {
        CaptionOutcome(
            id: id,
            result: result.flatMap { caption in
                guard caption.text.isEmpty else { return .success(caption) }
                return .failure(
                    CaptionError(
                        .emptyCaption,
                        "The model gave no word for this picture. Ask for some with min_new_tokens, or with another prompt."
                    ))
            })
    }

    /// Whether it casts doubt on the model itself.
    public var isDoubtful: Bool {
        guard case .failure(let error as CaptionError) = result else { return false }
        return [.emptyCaption, .invalidOutput].contains(error.code)
    }
}

extension CaptionModel {
    public func text(of id: CaptionInput.ID) -> String { "" }

    public func prove() throws {}

    public var files: (any ModelFiles)? { nil }

    /// The caption of one picture while no other is being captioned. Blocks until it is there.
    ///
    /// - Parameter listener: is told the text while it is written.
    /// - Throws: as ``join(_:cancellation:)``; `emptyCaption`. Where that, or numbers that are not finite, come of files
    ///   that are damaged, the error says so.
    public func caption(
        pixels: [Float], options: CaptionOptions, cancellation: Cancellation, listener: CaptionListener? = nil
    ) throws -> GeneratedCaption {
        do {
            var outcomes = try join([CaptionInput(id: 0, pixels: pixels, options: options)], cancellation: cancellation)
            while outcomes.isEmpty {
                if let listener { listener(text(of: 0)) }
                outcomes = try step(cancellation: cancellation)
            }
            let outcome = outcomes[0].checked
            if outcome.isDoubtful { try files?.check(isGentle: false) }
            return try outcome.result.get()
        } catch {
            reset()
            throw error
        }
    }
}
