import ArgumentParser
import Blip2
import Captioning
import Foundation
import Imaging
import ModelRegistry
import Networks
import Pipeline

/// A model as the measuring commands load it.
struct BenchModel {
    let model: Blip2Model
    let description: ModelDescription
    let preparation: PixelPreparation

    init(_ model: Blip2Model, name: String) throws {
        let captioning = try GenerativeCaptionModel(model, name: name)
        self.model = model
        description = captioning.description
        preparation = captioning.preparation
    }
}

/// The options of the commands that measure captions.
struct BenchOptions: ParsableArguments {
    @OptionGroup var options: ModelOptions

    @Option(help: "New tokens of each caption; end tokens do not end it, so that all do the same.")
    var tokens = 11

    @Option(help: ArgumentHelp("The picture to caption; random noise where none is given.", valueName: "FILE"))
    var picture: String?

    func validate() throws {
        guard tokens >= 2 else { throw ValidationError("--tokens may be 2 or more.") }
    }

    /// The bytes of the picture, or of a file of noise as large as the model's input.
    func bytes(_ preparation: PixelPreparation) throws -> [UInt8] {
        if let picture { return try PictureFile.bytes(picture) }
        return DrawnPicture.noise(width: preparation.width, height: preparation.height)
    }

    /// Loads the model, captions once, and loads it again so many times.
    func load(_ settings: Settings, again repetitions: Int) async throws -> (BenchModel, CaptionBench, LoadMeasurement)
    {
        let folder = try await options.checkpoint(settings)
        let (loaded, measurement) = try LoadMeasurement.take(again: repetitions) {
            let model = try options.blip2(settings, from: folder)
            return (try BenchModel(model, name: options.model ?? settings.modelID), model.compiled.isNew)
        } caption: {
            try bench(of: $0).turn(CaptionWay(pictures: 1, beams: 1)).total
        }
        return (loaded, try bench(of: loaded), measurement)
    }

    private func bench(of loaded: BenchModel) throws -> CaptionBench {
        let picture = try Picture(bytes: try bytes(loaded.preparation), limits: PictureFile.limits)
        return CaptionBench(model: loaded.model, pixels: try picture.pixels(loaded.preparation), tokens: tokens)
    }
}
