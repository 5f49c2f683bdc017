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

    /// A picture that the model is about to look at.
    private struct JoiningPicture {
        let input: CaptionInput
        let prompt: Prompt?
        let options: GenerationOptions
        /// Of which size its pixels are.
        let preparation: PixelPreparation
    }

    /// A picture whose caption is being generated.
    private struct JoinedPicture {
        let id: CaptionInput.ID
        /// The tokens that its caption begins with, before the new ones.
        let beginning: [Int]
        /// What ends its caption, besides an end token.
        let stop: StopStrings?
        /// The text so far; made when somebody asks for it.
        var writing: CaptionWriting?
        /// The stages in front of the decoder.
        let timings: StageTimings

        init(_ picture: JoiningPicture, timings: StageTimings) {
            id = picture.input.id
            beginning = picture.prompt.map { $0.isRepeated ? $0.ids : [] } ?? []
            stop = picture.options.stopStrings
            self.timings = timings
        }
    }

    /// Loads a checkpoint; compiles it if this has not happened yet. Blocks.
    /// - Parameters:
    ///   - name: what the settings call the model.
    ///   - published: which of the captioners with short names it is; nil for another.
    ///   - cache, execution, progress, waiting: as `CaptionerCheckpoint` has them.
    /// - Throws: what the checkpoint throws; `CaptionError` of the code `damagedModel` where the compiled form cannot be read,
    ///   which the next call makes anew.
    public convenience init(
        _ checkpoint: any CaptionerCheckpoint, name: String, published: PublishedModel? = nil, cache: URL,
        execution: Execution, progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        try self.init(
            try translatingDamage {
                try checkpoint.load(cache: cache, execution: execution, progress: progress, waiting: waiting)
            }, name: name, published: published)
    }

    /// - Parameters:
    ///   - name: what the settings call the model.
    ///   - published: which of the captioners with short names it is; nil for another.
    /// - Throws: what the model throws where its checkpoint lacks what captions need.
    public init(_ model: any VisionLanguageModel, name: String, published: PublishedModel? = nil) throws {
        self.model = model
        batch = GenerationBatch(model.makeDecoderRunner())
        tokenizer = try model.tokenizer()
        preparation = try model.preparation()
        description = ModelDescription(model, preparation, name: name, published)
    }

    /// The compiled form that was loaded; nil for a model that is not compiled.
    public var compiledModel: CompiledModel? { model.compiledModel }

    public func join(_ pictures: [CaptionInput], cancellation: Cancellation) throws -> [CaptionOutcome] {
        var refused: [CaptionOutcome] = []
        var joining: [JoiningPicture] = []
        for picture in pictures {
            do throws(CaptionError) {
                let prompt = try model.prompt(picture.options, tokenizer)
                joining.append(
                    JoiningPicture(
                        input: picture, prompt: prompt, options: try generationOptions(picture.options, prompt),
                        preparation: try preparation.asked(by: picture.options, within: description.limits)))
            } catch {
                refused.append(CaptionOutcome(id: picture.id, result: .failure(error)))
            }
        }
        guard !joining.isEmpty else { return refused }
        let encoded = try encode(joining, cancellation: cancellation)
        let ids = try batch.join(encoded.map(\.picture), joining.map(\.options), cancellation: cancellation)
        for (id, (joined, encoded)) in zip(ids, zip(joining, encoded)) {
            self.pictures[id] = JoinedPicture(joined, timings: encoded.timings)
        }
        return refused + finished()
    }

    /// Looks at pictures, at those of one size together, and with instructions of one length.
    ///
    /// A picture that is larger than the model's own goes alone: it has work enough for a whole processor, and several would take
    /// as many times the memory.
    /// - Returns: each picture as the decoder takes it, in their order, and how long the stages took.
    private func encode(
        _ pictures: [JoiningPicture], cancellation: Cancellation
    ) throws -> [(picture: Tensor, timings: StageTimings)] {
        let instructions = pictures.map { $0.prompt?.instructionIDs ?? model.defaultInstructionIDs }
        var runs: [[Int]] = []
        for (index, picture) in pictures.enumerated() {
            let (height, width) = (picture.preparation.height, picture.preparation.width)
            let isLarge = height * width > preparation.height * preparation.width
            let run = runs.firstIndex {
                pictures[$0[0]].preparation == picture.preparation
                    && instructions[$0[0]].count == instructions[index].count
            }
            if let run, !isLarge { runs[run].append(index) } else { runs.append([index]) }
        }
        var results: [(index: Int, picture: Tensor, timings: StageTimings)] = []
        for run in runs {
            let size = pictures[run[0]].preparation
            let pixels = try Tensor(
                run.flatMap { pictures[$0].input.pixels }, shape: [run.count, 3, size.height, size.width])
            let encoded = try model.encodePictures(
                pixels, instructions: run.map { instructions[$0] }, cancellation: cancellation)
            results += zip(run, encoded.pictures).map { ($0, $1, encoded.timings) }
        }
        return results.sorted { $0.index < $1.index }.map { ($0.picture, $0.timings) }
    }

    public func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        try batch.step(cancellation: cancellation)
        return finished()
    }

    public func text(of id: CaptionInput.ID) -> String {
        guard let (request, picture) = pictures.first(where: { $0.value.id == id }) else { return "" }
        let ids = batch.tokens(of: request)
        guard !ids.isEmpty else { return "" }
        var writing = picture.writing ?? CaptionWriting(tokenizer, beginning: picture.beginning, stop: picture.stop)
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
            let sequences = finished.sequences.filter { !text(of: $0.ids, stop: picture.stop).isEmpty }
            let texts = sequences.map { text(of: $0.ids, behind: picture.beginning, stop: picture.stop) }
            var timings = picture.timings
            timings.append("prefill", finished.prefillTime)
            timings.append("decode", finished.decodeTime)
            var caption = GeneratedCaption(
                text: texts.first ?? "", tokenIDs: sequences.first?.ids ?? finished.ids, timings: timings)
            let scores = sequences.compactMap(\.meanLogProbability).map { min(0, $0) }
            caption.score = scores.first
            if texts.count > 1 { (caption.texts, caption.scores) = (texts, scores.isEmpty ? nil : scores) }
            return CaptionOutcome(id: picture.id, result: .success(caption))
        }
    }

    /// The text of new tokens up to a stop string, and in front of it that of the tokens that it begins with.
    private func text(of ids: [Int], behind beginning: [Int] = [], stop: StopStrings?) -> String {
        let text = tokenizer.decode(beginning + ids, skippingSpecialTokens: true)
        guard let stop else { return text.withoutOuterSpace() }
        // A stop string in the prompt ends nothing.
        let start = tokenizer.decode(beginning, skippingSpecialTokens: true).utf8.count
        return stop.cut(text, from: start).withoutOuterSpace()
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
    fileprivate init(
        _ model: any VisionLanguageModel, _ preparation: PixelPreparation, name: String, _ published: PublishedModel?
    ) {
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
        limits.imageSizes = model.imageSizes
        if isDemo { note = ModelRegistry.standard.demoNote(memory: MachineMemory.byteCount()) }
        publication = published.map { model in
            Publication(alias: model.alias, id: model.id, purpose: model.purpose, licence: model.licence)
        }
        samplesByDefault = model.decoder.generation.doSample == true
    }
}

extension ModelRegistry {
    /// What users of the demo checkpoint should know, in a line, and the command that gets them a captioner for photographs.
    /// - Parameter memory: bytes that the process may use.
    func demoNote(memory: Int) -> String {
        let demo = "This is the demo checkpoint: it knows drawn scenes only."
        guard let model = recommendedModel(memory: memory) else { return demo }
        return """
            \(demo) For photographs: image-to-song models pull \(model.alias) (\(ByteCount.text(model.downloadBytes))), then \
            give --model \(model.alias) or set MODEL_ID=\(model.alias).
            """
    }
}
