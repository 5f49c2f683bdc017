import Blip2
import Foundation
import Generation
import ONNXRuntime
import Pipeline

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
    var vision: Double
    var qFormer: Double
    /// The language model over picture and prompt, up to the first new token.
    var prefill: Double
    /// Each further token.
    var step: Double
    /// From pixels to token ids.
    var total: Double
}

/// A model, and pixels to caption with it, again and again.
struct CaptionBench {
    let model: Blip2Model
    /// [3, S, S].
    let pixels: [Float]
    /// New tokens of each caption, at least two: every turn makes as many.
    let tokens: Int

    /// Takes one turn. Blocks.
    func turn(_ way: CaptionWay) throws -> CaptionTurn {
        var options = GenerationOptions(maxNewTokens: tokens)
        // Nothing ends a text but its length, so that all turns do the same.
        options.eosTokenIDs = []
        options.beamCount = way.beams
        let side = model.configuration.vision.imageSize
        let input = try Tensor(
            Array(repeating: pixels, count: way.pictures).flatMap { $0 }, shape: [way.pictures, 3, side, side])

        let start = ContinuousClock.now
        let encoding = try model.encode(input)
        let rows = try model.generate(
            encoding.languageInputs, Array(repeating: options, count: way.pictures))
        let total = ContinuousClock.now - start
        guard let row = rows.first, rows.count == way.pictures, row.ids.count == tokens else {
            throw CommandError(
                "\(rows.first?.ids.count ?? 0) new tokens came where \(tokens) were asked for: nothing can be compared."
            )
        }
        return CaptionTurn(
            vision: encoding.visionTime.inSeconds, qFormer: encoding.qFormerTime.inSeconds,
            prefill: row.prefillTime.inSeconds, step: row.decodeTime.inSeconds / Double(tokens - 1),
            total: total.inSeconds)
    }
}
