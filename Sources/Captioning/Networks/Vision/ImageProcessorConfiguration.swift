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
    public init(_ checkpoint: CheckpointFolder, imageSize: Int) throws(CheckpointError) {
        if let file = checkpoint.preprocessor {
            try self.init(file)
        } else {
            try self.init(checkpoint.configuration.emptySection("image_processor"))
            size = .exact(width: imageSize, height: imageSize)
        }
    }

    /// - Parameter file: `preprocessor_config.json`, or the part `image_processor` of `processor_config.json`.
    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    public init(_ file: ConfigurationFile) throws(CheckpointError) {
        doConvertRGB = try file.flag("do_convert_rgb", default: true)
        doResize = try file.flag("do_resize", default: true)
        resampling = try Self.resampling(file)
        // CLIP's processor crops where it is not told otherwise, BLIP's does not.
        let isCLIP = try file.string("image_processor_type")?.hasPrefix("CLIP") ?? false
        doCenterCrop = try file.flag("do_center_crop", default: isCLIP)
        size = try file.resizedSize(isCropped: doCenterCrop)
        let crop = doCenterCrop ? try file.cropSize() : nil
        (cropWidth, cropHeight) = (crop?.width, crop?.height)
        doRescale = try file.flag("do_rescale", default: true)
        rescaleFactor = try file.number("rescale_factor") ?? 1.0 / 255
        doNormalize = try file.flag("do_normalize", default: true)
        mean = try file.channels("image_mean", default: [0.48145466, 0.4578275, 0.40821073])
        std = try file.channels("image_std", default: [0.26862954, 0.26130258, 0.27577711])
        guard std.allSatisfy({ $0 > 0 }) else { throw file.invalid("image_std", "three numbers above 0") }
    }

    private static func resampling(_ file: ConfigurationFile) throws(CheckpointError) -> Resampling {
        guard let number = try file.integer("resample", in: 0...5) else { return .bicubic }
        return Resampling(rawValue: number) ?? .bicubic
    }
}

extension CheckpointFolder {
    /// How pictures become pixels for a vision tower, as the checkpoint says.
    ///
    /// Where that is another size than `image_size` in `config.json`, positions are interpolated without being asked.
    /// transformers fails there until a call says `interpolate_pos_encoding=True`; who writes such a size into a checkpoint wants
    /// captions at it, and there is nothing else that the pictures could mean.
    /// - Throws: `invalidConfiguration` where the folder does not say it, or says a size that the vision tower cannot take.
    package func imageProcessor(for vision: VisionConfiguration) throws(CheckpointError) -> ImageProcessorConfiguration
    {
        guard let file = preprocessor else {
            throw CheckpointError(
                .invalidConfiguration,
                "\(path) has no preprocessor_config.json, so pictures cannot be prepared for it. "
                    + "Download that file too.")
        }
        let processor = try ImageProcessorConfiguration(file)
        guard vision.takes(height: processor.height, width: processor.width) else {
            throw CheckpointError(
                .invalidConfiguration,
                "The preprocessor of \(path) makes pictures of \(processor.width) × \(processor.height) "
                    + "pixels; its vision tower takes from 1 to \(vision.mostPatches) patches of \(vision.patchSize) × "
                    + "\(vision.patchSize) pixels.")
        }
        return processor
    }
}

/// The keys of an image processor, of which transformers ignores those that are null.
extension ConfigurationFile {
    /// No model takes larger pictures.
    private static let largestEdge = 1 << 14

    fileprivate func flag(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        try boolean(key) ?? fallback
    }

    /// One number for each of red, green and blue.
    fileprivate func channels(_ key: String, default fallback: [Double]) throws(CheckpointError) -> [Double] {
        guard let values = try numbers(key) else { return fallback }
        if values.count == 1 { return Array(repeating: values[0], count: 3) }
        guard values.count == 3 else { throw invalid(key, "three numbers") }
        return values
    }

    /// - Parameter isCropped: whether a crop follows; without one, only an exact size makes all pictures alike.
    fileprivate func resizedSize(isCropped: Bool) throws(CheckpointError) -> ImageProcessorConfiguration.Size {
        if let size = try pair("size") { return .exact(width: size.width, height: size.height) }
        guard contains("size") else {
            // Each class has a size of its own, and only this one's default is known here.
            let type = try string("image_processor_type") ?? "BlipImageProcessor"
            guard type.hasPrefix("BlipImageProcessor") else { throw invalid("size", "given for a \(type)") }
            return .exact(width: 384, height: 384)
        }
        if isCropped, let section = try section("size"), section["longest_edge"] == nil,
            let edge = try section.integer("shortest_edge", in: 1...Self.largestEdge)
        {
            return .shortestEdge(edge)
        }
        throw invalid("size", "an object of height and width (or, with do_center_crop, of shortest_edge)")
    }

    fileprivate func cropSize() throws(CheckpointError) -> (width: Int, height: Int) {
        guard let size = try pair("crop_size") else {
            throw invalid("crop_size", "an object of height and width, as do_center_crop is true")
        }
        return size
    }

    /// `{"height": h, "width": w}`, `[h, w]`, or one number for both; `nil` for anything else.
    private func pair(_ key: String) throws(CheckpointError) -> (width: Int, height: Int)? {
        switch self[key] {
        case .integer, .array:
            let edges = try integers(key, in: 1...Self.largestEdge) ?? []
            guard (1...2).contains(edges.count) else { throw invalid(key, "two whole numbers, height and width") }
            return (edges[edges.count - 1], edges[0])
        case .object:
            guard let section = try section(key),
                let width = try section.integer("width", in: 1...Self.largestEdge),
                let height = try section.integer("height", in: 1...Self.largestEdge)
            else { return nil }
            return (width, height)
        default:
            return nil
        }
    }
}
