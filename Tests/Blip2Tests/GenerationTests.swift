import Blip2
import Foundation
import ONNXRuntime
import Testing

@Suite("Generation")
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

    @Test("No more new tokens are made than were asked for", arguments: [1, 2, 5])
    func keepsToTheMaximum(_ most: Int) throws {
        let encoding = try model.encode(try pixels())
        let generation = try model.generate(encoding.languageInputs, [GenerationOptions(maxNewTokens: most)])
        #expect(generation.ids.count == 1)
        #expect((1...most).contains(generation.ids[0].count))
    }

    @Test("No end token comes before the minimum, and a row that ends is filled up")
    func keepsToTheMinimum() throws {
        let encoding = try model.encode(try pixels(batch: 2))
        let free = try model.generate(
            encoding.languageInputs, [GenerationOptions](repeating: GenerationOptions(maxNewTokens: 6), count: 2))
        var options = GenerationOptions(maxNewTokens: 6)
        // The token that comes first anyway ends the text now.
        let first = free.ids[0][0]
        options.eosTokenIDs = [first]
        options.padTokenID = 1
        let early = try model.generate(encoding.languageInputs, [options, options])
        #expect(early.ids[0].first == first)
        #expect(early.ids[0].dropFirst().allSatisfy { $0 == 1 })
        options.minNewTokens = 6
        let late = try model.generate(encoding.languageInputs, [options, options])
        #expect(late.ids.allSatisfy { $0.count == 6 && !$0.contains(first) })
    }

    @Test("A row's tokens do not depend on the other rows of its batch")
    func keepsRowsApart() throws {
        let one = try model.generate(
            try model.encode(try pixels()).languageInputs, [GenerationOptions(maxNewTokens: 5)])
        let three = try model.generate(
            try model.encode(try pixels(batch: 3)).languageInputs,
            [GenerationOptions](repeating: GenerationOptions(maxNewTokens: 5), count: 3))
        #expect(three.ids[0].prefix(one.ids[0].count) == one.ids[0][...])
    }

    @Test("Pixels of another shape are refused, with both shapes named")
    func refusesOtherPixels() throws {
        let wrong = try Tensor(.float32, shape: [1, 3, 4, 4])
        let error = try #require(throws: Blip2Error.self) { try model.encode(wrong) }
        #expect(error.code == .invalidInput)
        #expect(error.message.contains("[1, 3, 4, 4]"))
    }

    @Test(
        "Prompts that do not fit are refused",
        arguments: [[], [-1], [1_000_000], [Int](repeating: 3, count: 5000)])
    func refusesPrompts(_ prompt: [Int]) throws {
        let encoding = try model.encode(try pixels())
        var options = GenerationOptions(maxNewTokens: 1)
        options.promptIDs = prompt
        let error = try #require(throws: Blip2Error.self) { try model.generate(encoding.languageInputs, [options]) }
        #expect(error.code == .invalidInput)
    }

    @Test("More new tokens than there are positions are refused", arguments: [0, 100_000])
    func refusesLengths(_ count: Int) throws {
        let encoding = try model.encode(try pixels())
        let error = try #require(throws: Blip2Error.self) {
            try model.generate(encoding.languageInputs, [GenerationOptions(maxNewTokens: count)])
        }
        #expect(error.code == .invalidInput)
    }

    @Test("Work that was cancelled stops with that reason")
    func cancels() throws {
        let cancellation = Cancellation()
        let encoding = try model.encode(try pixels(), cancellation: cancellation)
        cancellation.cancel()
        for work in [
            { _ = try model.encode(try pixels(), cancellation: cancellation) },
            { _ = try model.generate(encoding.languageInputs, [GenerationOptions()], cancellation: cancellation) },
        ] {
            let error = try #require(throws: Blip2Error.self) { try work() }
            #expect(error.code == .cancelled)
        }
    }

    @Test("A precision that is not there is refused with those that are")
    func refusesPrecisions() throws {
        let error = try #require(throws: Blip2Error.self) { try Precision(setting: "fp8") }
        #expect(error.code == .invalidOption)
        #expect(error.message.contains("auto, fp32"))
        #expect(try Precision(setting: "auto") == .fp32)
    }
}
