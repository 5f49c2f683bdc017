public import Captioning
import Checkpoint
public import Devices
public import Foundation
public import Generation
public import Imaging
public import Networks
import ONNXRuntime
import Tokenization

/// A vision-language model as a `CaptionModel`: text in front, text behind, several pictures at a time.
public final class GenerativeCaptionModel: CaptionModel {
    public let description: ModelDescription
    public let preparation: PixelPreparation

    let model: any VisionLanguageModel
    let tokenizer: any Tokenizing
    private let batch: GenerationBatch
    private var pictures: [GenerationBatch.RequestID: JoinedPicture] = [:]

    /// A picture whose caption is being generated.
    private struct JoinedPicture {
        let id: CaptionInput.ID
        /// The tokens that its caption begins with, before the new ones.
        let beginning: [Int]
        /// The text so far; made when somebody asks for it.
        var writing: CaptionWriting?
        /// The stages in front of the decoder.
        let timings: StageTimings

        init(_ input: CaptionInput, _ options: GenerationOptions, timings: StageTimings) {
            id = input.id
            beginning = input.options.repeatsPrompt ? options.promptIDs ?? [] : []
            self.timings = timings
        }
    }

    /// Loads a checkpoint; compiles it if this has not happened yet. Blocks.
    /// - Parameters:
    ///   - name: what the settings call the model.
    ///   - cache, execution, progress, waiting: as `CaptionerCheckpoint` has them.
    /// - Throws: what the checkpoint throws; `CaptionError` of the code `damagedModel` where the compiled form cannot be read,
    ///   which the next call makes anew.
    public convenience init(
        _ checkpoint: any CaptionerCheckpoint, name: String, cache: URL, execution: Execution,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        try self.init(
            try translatingDamage {
                try checkpoint.load(cache: cache, execution: execution, progress: progress, waiting: waiting)
            }, name: name)
    }

    /// - Parameter name: what the settings call the model.
    /// - Throws: what the model throws where its checkpoint lacks what captions need.
    public init(_ model: any VisionLanguageModel, name: String) throws {
        self.model = model
        batch = GenerationBatch(model.makeDecoderRunner())
        tokenizer = try model.tokenizer()
        preparation = try model.preparation()
        description = ModelDescription(model, preparation, name: name)
    }

    /// The compiled form that was loaded; nil for a model that is not compiled.
    public var compiledModel: CompiledModel? { model.compiledModel }

    public func join(_ pictures: [CaptionInput], cancellation: Cancellation) throws -> [CaptionOutcome] {
        var refused: [CaptionOutcome] = []
        var joining: [(picture: CaptionInput, options: GenerationOptions)] = []
        for picture in pictures {
            do {
                joining.append((picture, try generationOptions(picture.options)))
            } catch {
                refused.append(CaptionOutcome(id: picture.id, result: .failure(error)))
            }
        }
        guard !joining.isEmpty else { return refused }
        let pixels = try Tensor(
            joining.flatMap(\.picture.pixels), shape: [joining.count, 3, preparation.height, preparation.width])
        let encoded = try model.encodePictures(pixels, cancellation: cancellation)
        let ids = try batch.join(encoded.pictures, joining.map(\.options), cancellation: cancellation)
        for (id, joined) in zip(ids, joining) {
            self.pictures[id] = JoinedPicture(joined.picture, joined.options, timings: encoded.timings)
        }
        return refused + finished()
    }

    public func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        try batch.step(cancellation: cancellation)
        return finished()
    }

    public func text(of id: CaptionInput.ID) -> String {
        guard let (request, picture) = pictures.first(where: { $0.value.id == id }) else { return "" }
        let ids = batch.tokens(of: request)
        guard !ids.isEmpty else { return "" }
        var writing = picture.writing ?? CaptionWriting(tokenizer, beginning: picture.beginning)
        writing.advance(to: ids)
        pictures[request]?.writing = writing
        return writing.text
    }

    public func leave(_ id: CaptionInput.ID) {
        for (request, picture) in pictures where picture.id == id {
            batch.remove(request)
            pictures[request] = nil
        }
    }

    public func reset() {
        batch.removeAll()
        pictures = [:]
    }

    public func prove() throws {
        try translatingDamage { try model.prove() }
    }

    public var files: (any ModelFiles)? { model.compiledModel.map(CompiledModelFiles.init) }

    /// The captions of the requests that have left the batch.
    private func finished() -> [CaptionOutcome] {
        batch.takeFinished().compactMap { finished in
            guard let picture = pictures.removeValue(forKey: finished.id) else { return nil }
            if let failure = finished.failure {
                return CaptionOutcome(
                    id: picture.id, result: .failure(CaptionError(.invalidOutput, failure.message, cause: failure)))
            }
            // A text in which there is no word but those of the prompt is none.
            let sequences = finished.sequences.filter { !text(of: $0.ids).isEmpty }
            let texts = sequences.map { text(of: picture.beginning + $0.ids) }
            var timings = picture.timings
            timings.append("prefill", finished.prefillTime)
            timings.append("decode", finished.decodeTime)
            var caption = GeneratedCaption(
                text: texts.first ?? "", tokenIDs: sequences.first?.ids ?? finished.ids, timings: timings)
            if texts.count > 1 { caption.texts = texts }
            let scores = sequences.compactMap(\.meanLogProbability).map { min(0, $0) }
            if !scores.isEmpty { caption.scores = scores }
            return CaptionOutcome(id: picture.id, result: .success(caption))
        }
    }

    private func text(of ids: [Int]) -> String {
        tokenizer.decode(ids, skippingSpecialTokens: true).withoutOuterSpace()
    }
}

/// Says in the contract's words that a compiled model is damaged.
private func translatingDamage<Value>(_ work: () throws -> Value) throws -> Value {
    do {
        return try work()
    } catch let error as NetworksError where error.code == .damagedModel {
        throw CaptionError(.damagedModel, error.message, cause: error.cause)
    }
}

/// The files of a compiled model.
private struct CompiledModelFiles: ModelFiles {
    let model: CompiledModel

    var loadedStamp: String { model.loadedStamp }
    func stamp() -> String { model.stamp() }
    func check(isGentle: Bool) throws { try model.check(isGentle: isGentle) }
}

extension ModelDescription {
    fileprivate init(_ model: any VisionLanguageModel, _ preparation: PixelPreparation, name: String) {
        let precision = model.execution.precision.rawValue
        let isDemo = CheckpointLocation.isDemo(model.checkpoint.folder)
        self.init(
            name: name,
            identity: model.compiledModel.map { "\($0.digest)/\(precision)/\($0.build)" } ?? "\(name)/\(precision)",
            architecture: model.architecture, parameters: model.parameterCount, isDemo: isDemo,
            placement: .init(
                device: model.execution.device.rawValue, precision: precision,
                memoryBytes: model.compiledModel?.byteCount ?? 0, gpuName: model.execution.gpu?.name,
                gpuMemoryBytes: model.execution.gpu?.memoryBytes),
            limits: .init(
                imageSize: preparation.width, imageTokens: model.decoder.imageTokenCount,
                maxNewTokens: max(1, model.decoder.maximumNewTokens(promptLength: 1))))
        if isDemo { note = Self.demoNote }
        samplesByDefault = model.decoder.generation.doSample == true
    }

    /// What users of the demo checkpoint should know, and the command that gets them the real model.
    private static let demoNote = """
        This is the demo checkpoint: it knows drawn scenes only. For photographs: \
        image-to-song models pull Salesforce/blip2-opt-2.7b, then set MODEL_ID=Salesforce/blip2-opt-2.7b.
        """
}
