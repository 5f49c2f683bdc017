import Devices
import Foundation
package import Networks
import ONNXRuntime

/// Whether a model computes what it computed when it was compiled.
///
/// Hashes say whether the files are as they were written; only an answer says whether the machine still makes the same of them.
extension VisionLanguageModel {
    /// What computes this model: answers are compared with answers of the same arithmetic only.
    package var machine: String {
        let device = execution.gpu?.name ?? "\(execution.device.rawValue), \(MachineLimits.kernelName)"
        let version = (try? Runtime.load().version) ?? "unknown"
        return "\(device), ONNX Runtime \(version)"
    }

    /// How far an answer may be from what it was, ‖now − then‖ / ‖then‖: other numbers of threads add in another order, and
    /// where numbers are rounded to few bits, that may take some to the next step.
    private var bound: Float { execution.precision == .fp32 ? 1e-3 : 5e-2 }

    /// Answers the pattern that never changes, and holds the answer against the one that was kept when the model was compiled.
    ///
    /// Where this kind of machine computes the model for the first time, its files are hashed first; then the answer is kept.
    /// Blocks for about as long as a short caption takes; of large models on a new machine, about a second longer for each
    /// gigabyte.
    /// - Throws: `GenerationError` of the code `invalidOutput`, or `wrongAnswer` where the files are sound; `NetworksError` of
    /// the code `damagedModel`.
    public func prove() throws {
        guard let compiled = compiledModel else { return }
        let machine = machine
        let answer: KnownAnswer
        do {
            answer = try knownAnswer()
        } catch let error as GenerationError where error.code == .invalidOutput {
            try compiled.check()
            throw error
        }
        guard let expected = compiled.answer(on: machine) else {
            if !compiled.isHashed { try compiled.check() }
            return compiled.keep(answer, on: machine)
        }
        guard let difference = answer.difference(from: expected, beyond: bound) else { return }
        try compiled.check()
        throw GenerationError(
            .wrongAnswer,
            "The \(difference.stage) of the model computes something else than when the model was compiled: it is off by "
                + "\(difference.error), where \(bound) may be. Its files are as they were written, so check this machine's "
                + "memory and processor. If the machine or its libraries were exchanged, delete \(compiled.folder.path): the "
                + "next start compiles the model anew.")
    }

    /// What the networks make of the pattern, and of tokens that are given and not chosen: where two tokens are as good as each
    /// other, the choice between them says nothing.
    /// - Throws: `invalidOutput` for numbers that are not finite; `ONNXRuntimeError`.
    package func knownAnswer() throws -> KnownAnswer {
        let prompt = decoder.defaultPromptIDs
        let encoded = try encodePictures(try pattern(), instructions: [defaultInstructionIDs], cancellation: nil)
        var stages = try ModelStage.allCases.compactMap { stage in
            try encoded.stages[stage].map { KnownAnswer.Stage(stage.title, try samples($0, stage.title)) }
        }
        let size = decoder.vocabularySize
        let runner = makeDecoderRunner()
        try runner.reserve(rows: 1, positions: decoder.imageTokenCount + prompt.count + 2)
        let first = try runner.prefill(encoded.pictures[0], prompts: [prompt], cancellation: nil)
        let title = ModelStage.firstLogits.title
        stages.append(KnownAnswer.Stage(title, try samples(try first.view(shape: [size]), title)))
        if decoder.maximumNewTokens(promptLength: prompt.count) >= 2 {
            let second = try runner.step([size / 2], cancellation: nil)
            stages.append(KnownAnswer.Stage("\(title)'s step", try samples(try second.view(shape: [size]), title)))
        }
        return KnownAnswer(stages)
    }

    /// [1, 3, height, width]: waves of several lengths and directions, within what pixels are after normalisation.
    private func pattern() throws -> Tensor {
        let (height, width) = pictureSize
        var pixels: [Float] = []
        pixels.reserveCapacity(3 * height * width)
        for channel in 1...3 {
            let across = (0..<width).map { sinf(Float($0 * channel) * 0.11) }
            let down = (0..<height).map { cosf(Float($0 * (4 - channel)) * 0.07) }
            for y in 0..<height {
                for x in 0..<width { pixels.append(across[x] + down[y] * across[(x + y) % width]) }
            }
        }
        return try Tensor(pixels, shape: [1, 3, height, width])
    }

    /// Some of a tensor's numbers, evenly spread.
    private func samples(_ tensor: Tensor, _ stage: String) throws -> [Float] {
        guard tensor.isFinite else { throw GenerationError.notFinite(stage) }
        return try tensor.withElements(of: Float.self) { numbers in
            let count = min(sampleCount, numbers.count)
            return (0..<count).map { numbers[$0 * numbers.count / count] }
        }
    }
}

/// Numbers that are kept of each stage.
private let sampleCount = 64

extension ModelStage {
    /// The stage in words, for messages.
    public var title: String {
        switch self {
        case .visionHiddenState: "vision tower"
        case .queryOutput: "Q-Former"
        case .languageInputs: "projection of the pictures"
        case .encoderHiddenState: "text encoder"
        case .firstLogits: "language model"
        }
    }
}
