import Blip2
import Captioning
import Foundation
import Generation
import Networks
import ONNXRuntime
import StandIns
import Testing

@Suite("Generation", .heavy)
struct GenerationTests {
    private let cache: TemporaryFolder
    private let model: Blip2Model

    init() throws {
        cache = try TemporaryFolder()
        model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
    }

    private func pixels(batch: Int = 1) throws -> Tensor {
        let side = model.configuration.vision.imageSize
        let values = (0..<batch * 3 * side * side).map { Float(($0 * 7919) % 255) / 127 - 1 }
        return try Tensor(values, shape: [batch, 3, side, side])
    }

    private func generate(_ pixels: Tensor, _ options: GenerationOptions) throws -> [[Int]] {
        let rows = Array(repeating: options, count: pixels.shape[0])
        return try model.generate(try model.encode(pixels).languageInputs, rows).map(\.ids)
    }

    @Test("Generates no more than max_new_tokens", arguments: [1, 2, 5])
    func keepsToTheMaximum(_ most: Int) throws {
        let ids = try generate(try pixels(), GenerationOptions(maxNewTokens: most))
        #expect(ids.count == 1)
        #expect((1...most).contains(ids[0].count))
    }

    @Test("A row ends with its end token, but not before min_new_tokens")
    func keepsToTheMinimum() throws {
        let free = try generate(try pixels(batch: 2), GenerationOptions(maxNewTokens: 6))
        var options = GenerationOptions(maxNewTokens: 6)
        // The token that comes first anyway ends the text now.
        let first = free[0][0]
        options.eosTokenIDs = [first]
        #expect(try generate(try pixels(batch: 2), options)[0] == [first])
        options.minNewTokens = 6
        let late = try generate(try pixels(batch: 2), options)
        #expect(late.allSatisfy { $0.count == 6 && !$0.contains(first) })
    }

    @Test("A row's tokens do not depend on the other rows of its batch")
    func keepsRowsApart() throws {
        let options = GenerationOptions(maxNewTokens: 5)
        #expect(try generate(try pixels(batch: 3), options)[0] == generate(try pixels(), options)[0])
    }

    @Test("Refuses pixels of another shape, naming the shape")
    func refusesOtherPixels() throws {
        let wrong = try Tensor(.float32, shape: [1, 3, 4, 4])
        let error = try #require(throws: NetworksError.self) { try model.encode(wrong) }
        #expect(error.code == .invalidInput)
        #expect(error.message.contains("[1, 3, 4, 4]"))
    }

    @Test(
        "Refuses prompts that do not fit",
        arguments: [[], [-1], [1_000_000], [Int](repeating: 3, count: 5000)])
    func refusesPrompts(_ prompt: [Int]) throws {
        var options = GenerationOptions(maxNewTokens: 1)
        options.promptIDs = prompt
        #expect(try #require(throws: GenerationError.self) { try model.decoder.check(options) }.code == .invalidInput)
        let error = try #require(throws: GenerationError.self) { try generate(try pixels(), options) }
        #expect(error.code == .invalidInput)
    }

    @Test("Refuses more new tokens than there are positions", arguments: [0, 100_000])
    func refusesLengths(_ count: Int) throws {
        let error = try #require(throws: GenerationError.self) {
            try generate(try pixels(), GenerationOptions(maxNewTokens: count))
        }
        #expect(error.code == .invalidInput)
    }

    @Test("Accepts the longest options that fit the model")
    func letsThrough() throws {
        var options = GenerationOptions(maxNewTokens: model.decoder.maximumNewTokens(promptLength: 2))
        options.promptIDs = [0, model.configuration.text.vocabularySize - 1]
        try model.decoder.check(options)
        try model.decoder.check(GenerationOptions())
    }

    @Test("Refuses a forced first token where texts have no start token, because it would do nothing")
    func refusesForcedFirstTokens() throws {
        var options = GenerationOptions()
        options.forcedFirstToken = 7
        let error = try #require(throws: GenerationError.self) { try model.decoder.check(options) }
        #expect(error.code == .invalidOption)
        #expect(error.message.contains("forced_bos_token_id"))
    }

    @Test("Options that a caller leaves out come from generation_config.json")
    func takesDefaults() throws {
        let folder = try cache.copy(of: "opt-pre-norm")
        let file = #"{"num_beams": 3, "max_length": 12, "eos_token_id": 7, "length_penalty": 2}"#
        try Data(file.utf8).write(to: folder.appendingPathComponent("generation_config.json"))
        let options = try Blip2Model(folder: folder, cache: cache.url).decoder.defaultOptions(promptIDs: [2, 30])
        #expect(options.beamCount == 3)
        #expect(options.lengthPenalty == 2)
        #expect(options.maxNewTokens == 12 - model.configuration.queryTokenCount - 2)
        #expect(options.eosTokenIDs == nil)
        #expect(options.promptIDs == [2, 30])
        #expect(model.decoder.defaultOptions().maxNewTokens == 30)
        let room = model.decoder.maximumNewTokens(promptLength: 40)
        #expect(model.decoder.defaultOptions(promptIDs: Array(repeating: 5, count: 40)).maxNewTokens == room)
    }

    @Test("Cancelled work throws a CancellationError")
    func cancels() throws {
        let cancellation = Cancellation()
        let encoding = try model.encode(try pixels(), cancellation: cancellation)
        cancellation.cancel()
        for work in [
            { _ = try model.encode(try pixels(), cancellation: cancellation) },
            { _ = try model.generate(encoding.languageInputs, [GenerationOptions()], cancellation: cancellation) },
        ] {
            #expect(throws: CancellationError.self) { try work() }
        }
    }
}
