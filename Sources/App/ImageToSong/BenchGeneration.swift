import ArgumentParser
import Blip2
import Foundation
import Generation
import ONNXRuntime
import Pipeline

struct BenchGeneration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generation",
        abstract: "Times the steps of the language model: greedily, with beams, with samples.",
        discussion: """
            Every way of generating makes the same number of tokens behind the same noise in place of a picture; the ways \
            take turns. Prints one JSON object for each, a line each: the median time of a step, what of it choosing \
            tokens and moving beams took, and the step's ratio to the first way's.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "New tokens of each text.")
    var tokens = 16

    @Option(help: "Pictures that are captioned side by side.")
    var pictures = 1

    @Option(name: .customLong("repeat"), help: "How often each way takes its turn.")
    var repetitions = 9

    @Option(help: "The numbers of beams to try.")
    var beams: [Int] = [1, 3, 5]

    func validate() throws {
        guard tokens >= 2, pictures >= 1, repetitions >= 1 else {
            throw ValidationError("--tokens may be 2 or more, --pictures and --repeat 1 or more.")
        }
    }

    func run() async throws {
        let model = try await options.blip2(try Settings.load())
        var random = SystemRandomNumberGenerator()
        let shape = [pictures, model.configuration.queryTokenCount, model.configuration.text.hiddenSize]
        let inputs = try Tensor(
            (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }, shape: shape)
        let encoded = try model.imageEmbeddings(inputs)
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
                way: way, beams: beams, step: median(steps), choice: median(choices),
                ratio: median(steps) / median(first.steps))
        }

        private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
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
