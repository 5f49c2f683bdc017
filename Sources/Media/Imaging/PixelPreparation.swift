/// By whose rules the pixels of a file become the 8-bit RGB values that a preparation begins with.
public enum PictureRules: String, Sendable, CaseIterable {
    /// As people see the picture: turned upright, its colour profile applied, transparency on white, 16 bits scaled to 8.
    case display
    /// As transformers' processors take it from Pillow's `Image.open`: not turned, no profile applied, transparency on white,
    /// of 16 bits a channel the upper 8; but of greys with 16 bits everything above 255 is white.
    case transformers
}

/// What a checkpoint's `preprocessor_config.json` asks to be done to a picture before the network sees it.
public struct PixelPreparation: Sendable, Equatable {
    /// How the picture comes to the model's width and height.
    public enum Fit: Sendable, Equatable {
        /// Squashed or stretched to exactly the model's size; its aspect ratio is not kept. What BLIP-2 does.
        case exact
        /// Resized, aspect ratio kept, until the shorter side has this many pixels; then the centre is cut out.
        case shortestEdge(Int)
        /// Not resized (`do_resize` false); the centre is cut out where the picture is larger than the model's size.
        case unresized
    }

    /// The width of the model's input, in pixels.
    public var width: Int
    /// The height of the model's input, in pixels.
    public var height: Int
    /// What becomes of the file's pixels first; ``PictureRules/display`` unless told otherwise.
    public var rules = PictureRules.display
    /// How the picture comes to that size; ``Fit/exact`` unless told otherwise.
    public var fit: Fit = .exact
    /// The kernel of the resize; bicubic unless told otherwise.
    public var kernel: ResampleKernel = .bicubic
    /// What an 8-bit value is multiplied by first; 1/255 unless told otherwise, 1 where `do_rescale` is false.
    public var rescaleFactor: Double = 1.0 / 255.0
    /// What is then subtracted, for red, green and blue; CLIP's unless told otherwise, 0 where `do_normalize` is false.
    public var mean: [Double] = [0.48145466, 0.4578275, 0.40821073]
    /// What that is then divided by, for red, green and blue; CLIP's unless told otherwise, 1 where `do_normalize` is
    /// false.
    public var standardDeviation: [Double] = [0.26862954, 0.26130258, 0.27577711]

    /// BLIP-2's preparation for a model input of this size; every other property can be set afterwards.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

extension PixelPreparation {
    /// The same for a square model input of another size, as the argument `size` of transformers' processors asks for it.
    ///
    /// Where a centre is cut out, it stays the same part of the picture. A picture that was not resized is.
    ///
    /// - Parameter side: width and height in pixels.
    public func resized(toSquare side: Int) -> PixelPreparation {
        var result = self
        (result.width, result.height) = (side, side)
        if case .shortestEdge(let edge) = fit {
            let share = Double(edge) / Double(max(1, min(width, height)))
            result.fit = .shortestEdge(max(side, Int((share * Double(side)).rounded())))
        } else {
            result.fit = .exact
        }
        return result
    }

    /// The largest side that a picture is ever resized to, by what `shortestEdge` makes of a very long picture.
    static let maximumResizedSide = 16_384

    /// The size to resize a picture of `width` × `height` to, before the centre is cut out.
    func resizedSize(width: Int, height: Int) throws(ImagingError) -> (width: Int, height: Int) {
        let size =
            switch fit {
            case .exact: (width: self.width, height: self.height)
            case .unresized: (width: width, height: height)
            // The longer side is cut down to whole pixels, as transformers does.
            case .shortestEdge(let edge) where width <= height: (width: edge, height: edge * height / width)
            case .shortestEdge(let edge): (width: edge * width / height, height: edge)
            }
        guard size.width >= self.width, size.height >= self.height else {
            throw ImagingError(
                .unsupportedPreparation,
                "The picture comes to \(size.width) × \(size.height), "
                    + "and the model takes at least \(self.width) × \(self.height). Send a larger one.")
        }
        guard fit == .unresized || max(size.width, size.height) <= Self.maximumResizedSide else {
            throw ImagingError(
                .unsupportedPreparation,
                "The picture is \(width) × \(height), too long and narrow for this model. Cut out the part that matters."
            )
        }
        return size
    }

    /// Refuses values that no picture could be prepared with.
    func validate() throws(ImagingError) {
        let sides = 1...Self.maximumResizedSide
        guard sides.contains(width), sides.contains(height) else {
            throw ImagingError(
                .unsupportedPreparation,
                "The checkpoint asks for pictures of \(width) × \(height); each side may have 1 to \(sides.upperBound)."
            )
        }
        if case .shortestEdge(let edge) = fit, !sides.contains(edge) {
            throw ImagingError(
                .unsupportedPreparation,
                "The checkpoint asks for a shortest edge of \(edge); it may have 1 to \(sides.upperBound) pixels.")
        }
        guard mean.count == 3, standardDeviation.count == 3, (mean + standardDeviation).allSatisfy(\.isFinite),
            rescaleFactor.isFinite, standardDeviation.allSatisfy({ $0 != 0 })
        else {
            throw ImagingError(
                .unsupportedPreparation,
                "The checkpoint's mean and standard deviation must be three finite numbers each, the latter not 0.")
        }
    }

    /// The network's value for each 8-bit value of a channel: (value × rescaleFactor − mean) ÷ standardDeviation.
    func values(channel: Int) -> [Float] {  // [256]
        (0...255).map { Float((Double($0) * rescaleFactor - mean[channel]) / standardDeviation[channel]) }
    }
}
