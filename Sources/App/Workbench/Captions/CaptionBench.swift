import ArgumentParser
import Captioning
import Concurrency
import Console
import Foundation
import Generation
import Imaging
import ModelRegistry
import Networks
import ONNXRuntime
import Serving
import Settings

/// A model as the measuring commands load it.
struct BenchModel {
    let model: any VisionLanguageModel
    let description: ModelDescription
    let preparation: PixelPreparation

    init(_ model: any VisionLanguageModel, name: String) throws {
        let captioning = try GenerativeCaptionModel(model, name: name)
        self.model = model
        description = captioning.description
        preparation = captioning.preparation
    }
}

/// The options of the commands that measure captions.
struct BenchOptions: ParsableArguments {
    @OptionGroup var options: ModelOptions

    @Option(help: "The number of new tokens per caption. End tokens are ignored, so that all turns are equal.")
    var tokens = 11

    @Option(help: ArgumentHelp("The picture to caption. By default random noise.", valueName: "FILE"))
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
            let model = try options.networks(settings, from: folder)
            let isNew = model.compiledModel?.isNew ?? false
            return (try BenchModel(model, name: options.model ?? settings.modelID), isNew)
        } caption: {
            try bench(of: $0).turn(CaptionWay(pictures: 1, beams: 1)).total
        }
        return (loaded, try bench(of: loaded), measurement)
    }

    private func bench(of loaded: BenchModel) throws -> CaptionBench {
        let picture = try Picture(bytes: try bytes(loaded.preparation), limits: PictureFile.limits)
        let preparation = loaded.preparation
        return CaptionBench(
            model: loaded.model, pixels: try picture.pixels(preparation), height: preparation.height,
            width: preparation.width, tokens: tokens)
    }
}

/// One way of captioning: so many pictures side by side, so many beams each.
struct CaptionWay: Hashable {
    let pictures: Int
    let beams: Int

    var name: String {
        let search = beams == 1 ? "greedy" : "\(beams) beams"
        return pictures == 1 ? "1 picture, \(search)" : "\(pictures) pictures, \(search)"
    }
}

/// How long the stages of one turn took, in seconds.
struct CaptionTurn {
    /// Those of the model's encoder, by their names, then ``prefill`` and ``step``.
    var stages: [(name: String, seconds: Double)]
    /// From pixels to token ids.
    var total: Double

    /// The language model over picture and prompt, up to the first new token.
    static let prefill = "prefill"
    /// Each further token.
    static let step = "step"

    /// Not a number for a stage that the model has not.
    subscript(name: String) -> Double { stages.first { $0.name == name }?.seconds ?? .nan }
}

/// A model, and pixels to caption with it, again and again.
struct CaptionBench {
    let model: any VisionLanguageModel
    /// [3, height, width].
    let pixels: [Float]
    let height, width: Int
    /// New tokens of each caption, at least two: every turn makes as many.
    let tokens: Int
    /// Keeps its memory from turn to turn, as the server's does.
    private let batch: GenerationBatch

    init(model: any VisionLanguageModel, pixels: [Float], height: Int, width: Int, tokens: Int) {
        (self.model, self.pixels, self.height, self.width) = (model, pixels, height, width)
        self.tokens = tokens
        batch = GenerationBatch(model.makeDecoderRunner())
    }

    /// Takes one turn. Blocks.
    func turn(_ way: CaptionWay) throws -> CaptionTurn {
        var options = GenerationOptions(maxNewTokens: tokens)
        // Nothing ends a text but its length, so that all turns do the same.
        options.eosTokenIDs = []
        options.beamCount = way.beams
        let input = try Tensor(
            Array(repeating: pixels, count: way.pictures).flatMap { $0 }, shape: [way.pictures, 3, height, width])

        let start = ContinuousClock.now
        let instructions = Array(repeating: model.defaultInstructionIDs, count: way.pictures)
        let encoded = try model.encodePictures(input, instructions: instructions, cancellation: nil)
        _ = try batch.join(encoded.pictures, Array(repeating: options, count: way.pictures))
        let rows = try batch.finish()
        let total = ContinuousClock.now - start
        guard let row = rows.first, rows.count == way.pictures, row.ids.count == tokens else {
            throw CommandError(
                "\(rows.first?.ids.count ?? 0) new tokens came where \(tokens) were asked for: nothing can be compared."
            )
        }
        return CaptionTurn(
            stages: encoded.timings.stages.map { ($0.name, $0.duration.inSeconds) } + [
                (CaptionTurn.prefill, row.prefillTime.inSeconds),
                (CaptionTurn.step, row.decodeTime.inSeconds / Double(tokens - 1)),
            ], total: total.inSeconds)
    }
}
