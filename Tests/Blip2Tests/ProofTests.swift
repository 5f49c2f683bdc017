import Checkpoint
import Devices
import Foundation
import ONNXRuntime
import Testing

@testable import Blip2
@testable import Generation
@testable import Networks

@Suite("Model self-check")
struct ProofTests {
    private let cache: TemporaryFolder
    private let name = "opt-pre-norm"

    init() throws {
        cache = try TemporaryFolder()
    }

    private func load(_ folder: URL? = nil, _ precision: Precision = .fp32, threads: Int? = nil) throws -> Blip2Model {
        try Blip2Model(
            folder: folder ?? Fixtures.checkpoint(name), cache: cache.url, precision: precision, threads: threads)
    }

    /// Writes noise over part of a file.
    private func spoil(_ file: URL, at share: Double) throws {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        let size = try handle.seekToEnd()
        let count = min(size, 4096)
        try handle.seek(toOffset: UInt64(Double(size - count) * share))
        try handle.write(contentsOf: Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) }))
    }

    /// Every file of a compiled model but its manifest.
    private static let files = [
        "decoder.onnx", "decoder.weights", "qformer.onnx", "qformer.weights", "vision.onnx", "vision.weights",
    ]

    @Test(
        "Names the damaged file, and the next start compiles the model again",
        arguments: files, [0, 0.5, 1])
    func noise(file: String, share: Double) throws {
        let model = try load()
        try spoil(model.compiled.folder.appendingPathComponent(file), at: share)
        #expect(try model.compiled.findings().map(\.file) == [file])
        let error = try #require(throws: NetworksError.self) { try model.compiled.check() }
        #expect(error.code == .damagedModel)
        #expect(error.message.contains("\(model.compiled.folder.path)/\(file) is damaged"))
        #expect(error.message.contains("The next start compiles the model anew"))
        let next = try load()
        #expect(next.compiled.isNew && next.compiled.wasDamaged != nil && next.compiled.build != model.compiled.build)
        try next.compiled.check()
    }

    @Test("Hashes a small model at every start, and compiles it again if it is damaged", arguments: files)
    func noiseBeforeStart(file: String) throws {
        let place = try load().compiled.folder.appendingPathComponent(file)
        try spoil(place, at: 0.5)
        let next = try load()
        #expect(next.compiled.isNew && next.compiled.wasDamaged == place.path)
        #expect(try next.parity(referencePath: Fixtures.reference(name)).isWithinBounds)
    }

    @Test("Notices that a file was rewritten")
    func stamps() throws {
        let compiled = try load().compiled
        #expect(compiled.stamp() == compiled.loadedStamp)
        let file = compiled.folder.appendingPathComponent("vision.weights")
        let bytes = try Data(contentsOf: file)
        try bytes.write(to: file)
        #expect(compiled.stamp() != compiled.loadedStamp)
        try compiled.check()
    }

    @Test("A loaded model that another process replaced or removed does not count as damaged")
    func replaced() throws {
        let compiled = try load().compiled
        try FileManager.default.removeItem(at: compiled.folder)
        try compiled.check()
        let other = try load().compiled
        try spoil(other.folder.appendingPathComponent("vision.weights"), at: 0.5)
        try compiled.check()
        #expect(throws: NetworksError.self) { try other.check() }
    }

    @Test("Ignores a manifest without hashes, as older versions wrote it")
    func olderManifest() throws {
        let compiled = try load().compiled
        let manifest = compiled.folder.appendingPathComponent("manifest.json")
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
        object["files"] = (object["files"] as? [String: [String: Any]])?.mapValues { $0["bytes"] }
        object["build"] = nil
        try JSONSerialization.data(withJSONObject: object).write(to: manifest)
        #expect(try load().compiled.isNew)
    }

    // MARK: The known answer

    @Test(
        "Keeps the known answer after compiling; it is the same for any number of threads",
        arguments: ["opt-pre-norm", "t5-flan-form"], Precision.allCases)
    func keepsAnswer(name: String, precision: Precision) throws {
        let folder = Fixtures.checkpoint(name)
        let first = try load(folder, precision)
        #expect(first.compiled.answer(on: first.machine) == nil)
        try first.prove()
        for threads in [1, 2] {
            let next = try load(folder, precision, threads: threads)
            #expect(next.compiled.answer(on: next.machine)?.stages.count == 5)
            try next.prove()
        }
    }

    @Test("Refuses a different answer and names the stage", arguments: 0..<5)
    func refusesOtherAnswers(stage: Int) throws {
        let first = try load()
        let answer = try first.knownAnswer()
        var stages = answer.stages
        stages[stage] = KnownAnswer.Stage(stages[stage].name, stages[stage].numbers.map { $0 * 1.01 })
        first.compiled.keep(KnownAnswer(stages), on: first.machine)
        let next = try load()
        let error = try #require(throws: GenerationError.self) { try next.prove() }
        #expect(error.code == .wrongAnswer)
        #expect(error.message.contains("The \(stages[stage].name) of the model computes something else"))
        #expect(error.message.contains("delete \(first.compiled.folder.path)"))
    }

    @Test("A wrong answer from a damaged model is reported as damage")
    func wrongAnswerOfDamage() throws {
        let first = try load()
        let answer = try first.knownAnswer()
        let changed = answer.stages.map { KnownAnswer.Stage($0.name, $0.numbers.map { -$0 }) }
        first.compiled.keep(KnownAnswer(changed), on: first.machine)
        let next = try load()
        try spoil(next.compiled.folder.appendingPathComponent("decoder.weights"), at: 0.5)
        let error = try #require(throws: NetworksError.self) { try next.prove() }
        #expect(error.code == .damagedModel && error.message.contains("decoder.weights"))
        let repaired = try load()
        #expect(repaired.compiled.isNew)
        try repaired.prove()
    }

    @Test("Each machine keeps its own known answer")
    func otherMachines() throws {
        let first = try load()
        let other = KnownAnswer([KnownAnswer.Stage("vision tower", [1, 2, 3])])
        first.compiled.keep(other, on: "another processor")
        let next = try load()
        try next.prove()
        let kept = try load().compiled
        #expect(kept.answer(on: "another processor") == other && kept.answer(on: next.machine) != nil)
    }

    // MARK: Numbers that are none

    @Test(
        "Refuses a NaN or infinite weight when compiling, with its file and tensor",
        arguments: [Float.nan, .infinity, -.infinity], [Precision.fp32, .int8, .int4])
    func spoiltCheckpoint(value: Float, precision: Precision) throws {
        let reference = try SafetensorsFile(
            path: Fixtures.checkpoint(name).appendingPathComponent("model.safetensors").path)
        // A matrix, a bias, a norm, and a table.
        let tensors = [
            "vision_model.encoder.layers.0.mlp.fc1.weight", "vision_model.encoder.layers.0.mlp.fc2.bias",
            "qformer.layernorm.weight", "language_model.model.decoder.embed_tokens.weight",
        ]
        for tensor in tensors {
            let folder = try cache.copy(of: name)
            defer { try? FileManager.default.removeItem(at: folder) }
            try reference.tensor(tensor).spoil(in: folder.appendingPathComponent("model.safetensors"), with: value)
            let error = try #require(throws: CheckpointError.self, "\(tensor)") { try load(folder, precision) }
            #expect(error.code == .nonFiniteTensor)
            #expect(error.message.contains(tensor) && error.message.contains("\(folder.path)/model.safetensors"))
            #expect(error.message.contains(value.isNaN ? "NaN" : "infinite"))
        }
    }

    @Test("A picture that gives NaN gets no caption; the others in the batch get theirs", arguments: [1, 3])
    func notFinite(beams: Int) throws {
        let model = try load()
        let side = model.configuration.vision.imageSize
        var pixels = (0..<3 * 3 * side * side).map { sinf(Float($0)) }
        pixels[3 * side * side + 5] = .nan
        let encoding = try model.encode(try Tensor(pixels, shape: [3, 3, side, side]))
        var options = GenerationOptions(maxNewTokens: 3)
        options.beamCount = beams
        let batch = GenerationBatch(model.makeDecoderRunner())
        let ids = try batch.join(
            try model.imageEmbeddings(encoding.languageInputs), Array(repeating: options, count: 3))
        let rows = try batch.finish()
        #expect(rows.filter { $0.failure != nil }.map(\.id) == [ids[1]])
        #expect(rows.first { $0.id == ids[1] }?.failure?.code == .invalidOutput)
        for index in [0, 2] {
            let alone = try model.generate(try encoding.languageInputs.rows(index..<index + 1), [options])[0]
            #expect(rows.first { $0.id == ids[index] }?.ids == alone.ids)
        }
        let error = try #require(throws: GenerationError.self) {
            try model.generate(encoding.languageInputs, Array(repeating: options, count: 3))
        }
        #expect(error.code == .invalidOutput)
        #expect(batch.decoder.lengths.isEmpty)
    }
}

extension StoredTensor {
    /// Puts a number in the place of the tensor's middle one, in a copy of its file.
    fileprivate func spoil(in file: URL, with value: Float) throws {
        var bytes = try Data(contentsOf: file)
        let content = withUnsafeBytes { Data($0) }
        let place = try #require(bytes.range(of: content))
        let start = place.lowerBound + elementCount / 2 * scalarType.byteCount
        let number = Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) }
        try #require(scalarType == .f32)
        bytes.replaceSubrange(start..<start + 4, with: number)
        try bytes.write(to: file)
    }
}
