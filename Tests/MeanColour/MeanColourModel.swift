import Captioning
import Checkpoint
import Devices
import Generation
import Imaging
import Networks
import ONNXRuntime
import Tokenization

/// Takes the mean colour of a picture for its encoding.
final class MeanColourModel: VisionLanguageModel {
    let architecture = "mean colour"
    let parameterCount = 0
    let compiledModel: CompiledModel? = nil
    let execution: Execution
    private let source: MeanColourCheckpoint

    init(_ source: MeanColourCheckpoint, _ execution: Execution) {
        (self.source, self.execution) = (source, execution)
    }

    var checkpoint: CheckpointFolder { source.folder }
    var decoder: DecoderConfiguration { source.decoder }

    let imageSize = 8

    func tokenizer() -> any Tokenizing { ColourWords() }

    func preparation() -> PixelPreparation {
        var preparation = PixelPreparation(width: imageSize, height: imageSize)
        preparation.mean = [0, 0, 0]
        preparation.standardDeviation = [1, 1, 1]
        return preparation
    }

    /// - Parameter pixels: [B, 3, 8, 8].
    func encodePictures(
        _ pixels: Tensor, instructions: [[Int]], cancellation: Cancellation?
    ) throws -> EncodedPictures {
        try cancellation?.check()
        let start = ContinuousClock.now
        let size = pixels.shape[2] * pixels.shape[3]
        let values = try pixels.array(of: Float.self)
        let means = stride(from: 0, to: values.count, by: size).map {
            values[$0..<$0 + size].reduce(0, +) / Float(size)
        }
        let pictures = try stride(from: 0, to: means.count, by: 3).map {
            try Tensor(Array(means[$0..<$0 + 3]), shape: [1, 3])  // [1, 3]
        }
        return EncodedPictures(pictures, timings: ["colour": ContinuousClock.now - start])
    }

    func makeDecoderRunner() -> any DecoderRunner { ColourRunner(decoder) }
}

/// "A", then a colour, then "picture": the likelier, the more of it there is in the picture.
final class ColourRunner: DecoderRunner {
    let configuration: DecoderConfiguration
    private(set) var capacity: (rows: Int, positions: Int) = (0, 0)
    private var rows: [Row] = []

    private struct Row {
        /// Red, green and blue, 0 to 1.
        let colour: [Float]
        var length: Int
        var last: Int
    }

    init(_ configuration: DecoderConfiguration) { self.configuration = configuration }

    var lengths: [Int] { rows.map(\.length) }

    func reserve(rows: Int, positions: Int) {
        capacity = (max(rows, capacity.rows), max(positions, capacity.positions))
    }

    /// - Parameter pictures: [k, 3].
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        try cancellation?.check()
        let values = try pictures.array(of: Float.self)
        let new = prompts.enumerated().map { index, prompt in
            Row(
                colour: Array(values[3 * index..<3 * index + 3]), length: 1 + prompt.count,
                last: prompt.last ?? ColourWords.start)
        }
        rows += new
        return try logits(new)  // [k, V]
    }

    func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor {
        try cancellation?.check()
        for (row, token) in zip(rows.indices, tokens) {
            rows[row].last = token
            rows[row].length += 1
        }
        return try logits(rows)  // [B, V]
    }

    /// The table.
    private func logits(_ rows: [Row]) throws -> Tensor {
        let size = configuration.vocabularySize
        let values = rows.flatMap { row in
            var logits = Array(repeating: Float(-20), count: size)
            switch row.last {
            case ColourWords.article:
                for (channel, id) in ColourWords.colours.enumerated() { logits[id] = 4 * row.colour[channel] }
            case ColourWords.colours: logits[ColourWords.picture] = 0
            case ColourWords.picture: logits[ColourWords.end] = 0
            default: logits[ColourWords.article] = 0
            }
            return logits
        }
        return try Tensor(values, shape: [rows.count, size])
    }

    func copy(row: Int, times count: Int) { rows += Array(repeating: rows[row], count: count) }

    func reorder(rows given: [Int], parents: [Int], from position: Int) {
        for (row, parent) in zip(given, parents) { rows[row] = rows[parent] }
    }

    func remove(at row: Int) {
        rows.swapAt(row, rows.count - 1)
        rows.removeLast()
    }

    func removeAll() {
        rows = []
        capacity = (0, 0)
    }
}
