public import Imaging
public import Networks

extension PixelPreparation {
    /// What a checkpoint's `preprocessor_config.json` asks for.
    public init(_ processor: ImageProcessorConfiguration) throws(ImagingError) {
        self.init(width: processor.width, height: processor.height)
        kernel = try ResampleKernel(resample: processor.resampling.rawValue)
        if !processor.doResize {
            fit = .unresized
        } else if case .shortestEdge(let edge) = processor.size {
            fit = .shortestEdge(edge)
        }
        rescaleFactor = processor.doRescale ? processor.rescaleFactor : 1
        mean = processor.doNormalize ? processor.mean : [0, 0, 0]
        standardDeviation = processor.doNormalize ? processor.std : [1, 1, 1]
    }
}
