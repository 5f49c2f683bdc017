public import Checkpoint

/// How a picture becomes the vision tower's input; what the file leaves out takes the defaults of transformers'
/// `BlipImageProcessor`.
///
/// The steps in their order: convert to RGB, resize, crop about the centre, rescale, normalise.
/// Source: transformers, `BlipImageProcessor` and `BaseImageProcessor`.
public struct ImageProcessorConfiguration: Sendable, Equatable {
    /// Pillow's resampling filters, by their numbers there.
    public enum Resampling: Int, Sendable, CaseIterable {
        case nearest = 0
        case lanczos, bilinear, bicubic, box, hamming
    }

    /// What a picture is resized to.
    public enum Size: Sendable, Equatable {
        /// Exactly so many pixels; the proportions change with them.
        case exact(width: Int, height: Int)
        /// The shorter edge gets so many pixels and the longer one what the proportions ask for; a crop follows.
        case shortestEdge(Int)
    }

    public let doConvertRGB: Bool
    public let doResize: Bool
    public private(set) var size: Size
    public let resampling: Resampling
    public let doCenterCrop: Bool
    /// Only with `doCenterCrop`.
    public let cropWidth: Int?
    public let cropHeight: Int?
    public let doRescale: Bool
    /// What a pixel of 0…255 is multiplied with, usually 1/255.
    public let rescaleFactor: Double
    public let doNormalize: Bool
    /// Red, green and blue, in units after rescaling.
    public let mean: [Double]
    /// Red, green and blue, in units after rescaling.
    public let std: [Double]

    /// Pixels from left to right in the result.
    public var width: Int { outputSize.width }
    /// Pixels from top to bottom in the result.
    public var height: Int { outputSize.height }

    private var outputSize: (width: Int, height: Int) {
        if let cropWidth, let cropHeight { return (cropWidth, cropHeight) }
        return switch size {
        case .exact(let width, let height): (width, height)
        case .shortestEdge(let edge): (edge, edge)
        }
    }

    /// What the checkpoint says, or the defaults at the model's own size where it says nothing.
    ///
    /// - Parameter imageSize: `VisionConfiguration.imageSize`.
    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    public init(_ checkpoint: CheckpointFolder, imageSize: Int) throws(Blip2Error) {
        if let file = checkpoint.preprocessor {
            try self.init(file)
        } else {
            try self.init(checkpoint.configuration.emptySection("image_processor"))
            size = .exact(width: imageSize, height: imageSize)
        }
    }

    /// - Parameter file: `preprocessor_config.json`, or the part `image_processor` of `processor_config.json`.
    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    public init(_ file: ConfigurationFile) throws(Blip2Error) {
        do throws(CheckpointError) {
            doConvertRGB = try file.flag("do_convert_rgb", default: true)
            doResize = try file.flag("do_resize", default: true)
            resampling = try Self.resampling(file)
            doCenterCrop = try file.flag("do_center_crop", default: false)
            let crop = doCenterCrop ? try file.cropSize() : nil
            (cropWidth, cropHeight) = (crop?.width, crop?.height)
            size = try file.resizedSize(isCropped: doCenterCrop)
            doRescale = try file.flag("do_rescale", default: true)
            rescaleFactor = try file.number("rescale_factor") ?? 1.0 / 255
            doNormalize = try file.flag("do_normalize", default: true)
            mean = try file.channels("image_mean", default: [0.48145466, 0.4578275, 0.40821073])
            std = try file.channels("image_std", default: [0.26862954, 0.26130258, 0.27577711])
            guard std.allSatisfy({ $0 > 0 }) else { throw file.invalid("image_std", "three numbers above 0") }
        } catch {
            throw Blip2Error(.invalidConfiguration, error.message)
        }
    }

    private static func resampling(_ file: ConfigurationFile) throws(CheckpointError) -> Resampling {
        guard let number = try file.integer("resample", in: 0...5) else { return .bicubic }
        return Resampling(rawValue: number) ?? .bicubic
    }
}
