import Generation
import ONNXRuntime
import Randomness

/// Rows of random pictures, prompts, lengths and searches, each with the tokens of a run that it has for itself.
struct RandomRows {
    /// As the decoder takes them.
    let pictures: [Tensor]
    private(set) var options: [GenerationOptions] = []
    private(set) var ids: [[Int]] = []

    init(_ model: any VisionLanguageModel, count: Int, using random: inout SplitMix64) throws {
        let shape = [count, 3, model.pictureSize.height, model.pictureSize.width]
        let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
        pictures = try model.encodePictures(
            try Tensor(values, shape: shape), instructions: (0..<count).map { _ in model.defaultInstructionIDs },
            cancellation: nil
        ).pictures
        for row in 0..<count {
            let isLong = Int.random(in: 0..<5, using: &random) == 0
            let most = min(isLong ? 40 : 12, model.decoder.maximumNewTokens(promptLength: 4))
            var options = GenerationOptions(maxNewTokens: Int.random(in: 1...most, using: &random))
            options.minNewTokens = Int.random(in: 0...4, using: &random)
            if Bool.random(using: &random) {
                let length = Int.random(in: 1...4, using: &random)
                options.promptIDs = (0..<length).map { _ in
                    Int.random(in: 0..<model.decoder.vocabularySize, using: &random)
                }
            }
            options.beamCount = [1, 1, 2, 3].randomElement(using: &random) ?? 1
            if Int.random(in: 0..<4, using: &random) == 0 { options.sampling = .init(seed: random.next()) }
            // Random weights seldom end a text, so that an end is taken from what comes without one.
            options.eosTokenIDs = []
            let free = try Self.alone(model, pictures[row], options)
            if Int.random(in: 0..<3, using: &random) > 0, let end = free.randomElement(using: &random) {
                options.eosTokenIDs = [end]
            }
            self.options.append(options)
            ids.append(try Self.alone(model, pictures[row], options))
        }
    }

    private static func alone(_ model: any VisionLanguageModel, _ picture: Tensor, _ options: GenerationOptions) throws
        -> [Int]
    {
        let batch = GenerationBatch(model.makeDecoderRunner())
        _ = try batch.join([picture], [options])
        return try batch.finish()[0].ids
    }

    /// Rows that join together: their pictures and their options.
    func callAsFunction(_ range: Range<Int>) -> (pictures: [Tensor], options: [GenerationOptions]) {
        (Array(pictures[range]), Array(options[range]))
    }
}
