import Blip2
import Devices
import Generation
import Networks
import Testing

@Suite("Operations and bytes of each stage")
struct ModelWorkTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func work(_ name: String, _ precision: Precision) throws -> ModelWork {
        let model = try Blip2Model(
            folder: Fixtures.checkpoint(name), cache: folder.url, precision: precision, threads: 1)
        return try #require(try model.work())
    }

    @Test("Operations follow from the shapes in config.json")
    func isThatOfTheShapes() throws {
        let stages = try work("opt-pre-norm", .fp32).stages(pictures: 1, beams: 1)
        // 4 patches of 14 × 14 pixels and a class token; 2 layers of width 32.
        let tokens = 5
        let vision = 4 * 32 * 3 * 14 * 14 + 2 * tokens * (4 * 32 * 32 + 2 * 32 * 72)
        #expect(stages["vision"].operations == 2 * vision)
        // 4 queries of width 24; the first of 2 layers looks at the picture.
        let layers = 2 * 4 * (4 * 24 * 24 + 2 * 24 * 56)
        let crossed = 4 * 2 * 24 * 24 + tokens * 2 * 32 * 24
        #expect(stages["qformer"].operations == 2 * (layers + crossed + 4 * 24 * 40))
        // Behind 4 tokens of the picture one that begins the text, and a table of 328 tokens for the last of them.
        let layer = 4 * 40 * 40 + 2 * 40 * 96
        #expect(stages["prefill"].operations == 2 * (5 * 2 * layer + 328 * 40))
        #expect(stages["step"].operations == 2 * (2 * layer + 328 * 40))
        let vectors = 2 * (5 * 40 + 96 + 4 * 40) + 2 * 40
        #expect(stages["step"].bytes == 4 * (2 * layer + 328 * 40 + vectors))
        #expect(!stages["step"].usesIntegers)
    }

    @Test(
        "Operations grow with pictures and beams; weights are read once",
        arguments: ["opt-pre-norm", "t5-flan-form"])
    func grows(_ name: String) throws {
        let work = try work(name, .fp32)
        let one = work.stages(pictures: 1, beams: 1)
        let many = work.stages(pictures: 2, beams: 3)
        #expect(many["vision"].operations == 2 * one["vision"].operations)
        #expect(many["qformer"].operations == 2 * one["qformer"].operations)
        #expect(many["prefill"].operations == 2 * one["prefill"].operations)
        #expect(many["step"].operations == 6 * one["step"].operations)
        #expect(many["vision"].bytes == one["vision"].bytes && many["step"].bytes == one["step"].bytes)
        #expect(one["prefill"].operations > one["step"].operations)
        #expect(one["prefill"].bytes >= one["step"].bytes)
    }

    @Test("int8 takes as many operations and fewer bytes", arguments: ["opt-pre-norm", "t5-flan-form"])
    func shrinks(_ name: String) throws {
        let plain = try work(name, .fp32).stages(pictures: 1, beams: 1)
        let small = try work(name, .int8).stages(pictures: 1, beams: 1)
        #expect(small["vision"].operations == plain["vision"].operations)
        #expect(small["step"].operations == plain["step"].operations)
        #expect(small["vision"].bytes < plain["vision"].bytes && small["step"].bytes < plain["step"].bytes)
        #expect(small["vision"].usesIntegers && small["step"].usesIntegers)
    }
}

extension [ModelWork.Stage] {
    /// The stage of that name.
    fileprivate subscript(name: String) -> ModelWork.Stage {
        guard let stage = first(where: { $0.name == name }) else { fatalError("There is no stage \(name).") }
        return stage
    }
}
