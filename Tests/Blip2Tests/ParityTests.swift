import Blip2
import Foundation
import Testing

@Suite("Parity with transformers")
struct ParityTests {
    @Test("There are at least six checkpoints to compare")
    func hasFixtures() {
        #expect(Fixtures.names.count >= 6)
    }

    @Test("Every stage is within the bound of fp32, and the ids are equal", arguments: Fixtures.names)
    func agrees(_ name: String) throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url)
        let report = try model.parity(referencePath: Fixtures.reference(name))
        for stage in report.stages {
            #expect(stage.relativeError <= 1e-4, "\(stage.name.rawValue)")
            #expect(stage.cosine > 0.999999, "\(stage.name.rawValue)")
        }
        #expect(report.stages.count == 4)
        #expect(report.ids == report.referenceIDs)
        #expect(report.isWithinBounds)
    }

    @Test("A model of other weights is out of bounds")
    func noticesOtherWeights() throws {
        let cache = try TemporaryFolder()
        let folder = try cache.copy(of: "opt-pre-norm")
        let file = folder.appendingPathComponent("model.safetensors")
        var bytes = try Data(contentsOf: file)
        // The exponents of some numbers near the end of the file.
        for offset in stride(from: bytes.count - 4000, to: bytes.count - 2, by: 400) { bytes[offset | 3] ^= 0x02 }
        try bytes.write(to: file)
        let model = try Blip2Model(folder: folder, cache: cache.url)
        let report = try model.parity(referencePath: Fixtures.reference("opt-pre-norm"))
        #expect(!report.isWithinBounds)
    }

    @Test("A reference of another model's shapes is refused, and named")
    func refusesOtherShapes() throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let error = try #require(throws: Blip2Error.self) {
            try model.parity(referencePath: Fixtures.reference("opt-post-norm"))
        }
        #expect(error.code == .invalidInput)
    }

    @Test("A reference that beams made is refused, with the argument named")
    func refusesBeams() throws {
        let cache = try TemporaryFolder()
        let original = try Data(contentsOf: URL(fileURLWithPath: Fixtures.reference("opt-pre-norm")))
        let length = original.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let object = try JSONSerialization.jsonObject(with: original[8..<(8 + length)])
        var header = try #require(object as? [String: Any])
        header["__metadata__"] = ["generation": #"{"num_beams": 3, "max_new_tokens": 4}"#]
        let changed = try JSONSerialization.data(withJSONObject: header)
        let file = cache.url.appendingPathComponent("reference.safetensors")
        let prefix = withUnsafeBytes(of: UInt64(changed.count).littleEndian) { Data($0) }
        try (prefix + changed + original[(8 + length)...]).write(to: file)

        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let error = try #require(throws: Blip2Error.self) { try model.parity(referencePath: file.path) }
        #expect(error.code == .unsupportedGeneration)
        #expect(error.message.contains("num_beams"))
    }
}
