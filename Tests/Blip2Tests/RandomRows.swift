import Generation
import ONNXRuntime
import Randomness
import StandIns

@testable import Blip2

/// Rows of random pictures, prompts, lengths and searches, each with the tokens of a run that it has for itself.
struct RandomRows {
    /// [N, Q, H].
    let languageInputs: Tensor
    private(set) var options: [GenerationOptions] = []
    private(set) var ids: [[Int]] = []

    init(_ model: Blip2Model, count: Int, using random: inout SplitMix64) throws {
        let text = model.configuration.text
        let shape = [count, model.configuration.queryTokenCount, text.hiddenSize]
        let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }
        languageInputs = try Tensor(values, shape: shape)
        for row in 0..<count {
            let isLong = Int.random(in: 0..<5, using: &random) == 0
            var options = GenerationOptions(maxNewTokens: Int.random(in: 1...(isLong ? 40 : 12), using: &random))
            options.minNewTokens = Int.random(in: 0...4, using: &random)
            if Bool.random(using: &random) {
                let length = Int.random(in: 1...4, using: &random)
                options.promptIDs = (0..<length).map { _ in Int.random(in: 0..<text.vocabularySize, using: &random) }
            }
            options.beamCount = [1, 1, 2, 3].randomElement(using: &random) ?? 1
            if Int.random(in: 0..<4, using: &random) == 0 { options.sampling = .init(seed: random.next()) }
            // Random weights seldom end a text, so that an end is taken from what comes without one.
            options.eosTokenIDs = []
            let free = try Self.alone(model, languageInputs.rows(row..<row + 1), options)
            if Int.random(in: 0..<3, using: &random) > 0, let end = free.randomElement(using: &random) {
                options.eosTokenIDs = [end]
            }
            self.options.append(options)
            ids.append(try Self.alone(model, languageInputs.rows(row..<row + 1), options))
        }
    }

    private static func alone(_ model: Blip2Model, _ inputs: Tensor, _ options: GenerationOptions) throws -> [Int] {
        try model.generate(inputs, [options])[0].ids
    }

    /// Rows that join together: their inputs and their options.
    func callAsFunction(_ range: Range<Int>) throws -> (Tensor, [GenerationOptions]) {
        (try languageInputs.rows(range), Array(options[range]))
    }
}
