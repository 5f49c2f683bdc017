import ArgumentParser
import Concurrency
import Console
import Foundation
import Generation
import ONNXRuntime
import Serving
import Settings

struct BenchGeneration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generation",
        abstract: "Times the decoding steps of greedy search, beam search and sampling.",
        discussion: """
            Every strategy generates the same number of tokens for the same picture of noise; the \
            strategies take turns. Prints one JSON object per strategy, each on its own line: the median time of a \
            step, the part of it spent on choosing tokens and moving beams, and the ratio to the first strategy's \
            step.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "The number of new tokens per text.")
    var tokens = 16

    @Option(help: "The number of pictures captioned together.")
    var pictures = 1

    @Option(name: .customLong("repeat"), help: "The number of turns of each strategy.")
    var repetitions = 9

    @Option(help: "The numbers of beams to measure.")
    var beams: [Int] = [1, 3, 5]

    func validate() throws {
        guard tokens >= 2, pictures >= 1, repetitions >= 1 else {
            throw ValidationError("--tokens may be 2 or more, --pictures and --repeat 1 or more.")
        }
    }

    func run() async throws {
        let model = try await options.networks(try Settings.load())
        var random = SystemRandomNumberGenerator()
        let shape = [pictures, 3, model.imageSize, model.imageSize]
        let pixels = try Tensor(
            (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }, shape: shape)
        let instructions = Array(repeating: model.defaultInstructionIDs, count: pictures)
        let encoded = try model.encodePictures(pixels, instructions: instructions, cancellation: nil).pictures
        let ways = self.ways
        var answers = ways.map { Answer(way: $0.name, beams: $0.options.beamCount) }
        for _ in 0..<repetitions {
            for (index, way) in ways.enumerated() {
                let batch = GenerationBatch(model.makeDecoderRunner())
                _ = try batch.join(encoded, Array(repeating: way.options, count: pictures))
                while batch.requestCount > 0 { try batch.step() }
                answers[index].steps.append(batch.stepTime.inMilliseconds / Double(tokens - 1))
                answers[index].choices.append(batch.choiceTime.inMilliseconds / Double(tokens - 1))
            }
        }
        for answer in answers {
            print(try jsonLine(answer.summary(first: answers[0])))
        }
    }

    /// Greedy search and beams, and sampling, from all tokens and from few.
    private var ways: [(name: String, options: GenerationOptions)] {
        var plain = GenerationOptions(maxNewTokens: tokens)
        plain.eosTokenIDs = []
        let searches = beams.map { count in
            var options = plain
            options.beamCount = count
            return (name: count == 1 ? "greedy" : "beams", options: options)
        }
        let samples = [GenerationOptions.Sampling(seed: 1), .init(topK: 50, seed: 1), .init(topP: 0.9, seed: 1)]
        return searches
            + samples.map { sampling in
                var options = plain
                options.sampling = sampling
                return (
                    name: sampling.topK != nil ? "top-k" : sampling.topP < 1 ? "top-p" : "sampling", options: options
                )
            }
    }

    private struct Answer {
        let way: String
        let beams: Int
        /// Milliseconds a step, one for each turn.
        var steps: [Double] = []
        var choices: [Double] = []

        func summary(first: Answer) -> Summary {
            Summary(
                way: way, beams: beams, step: steps.median, choice: choices.median,
                ratio: steps.median / first.steps.median)
        }
    }

    private struct Summary: Encodable {
        let way: String
        let beams: Int
        let step: Double
        let choice: Double
        let ratio: Double

        enum CodingKeys: String, CodingKey {
            case way, beams, ratio
            case step = "step_ms"
            case choice = "choice_ms"
        }
    }
}
