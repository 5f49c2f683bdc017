public import Blip2
public import Captioning
import Checkpoint
import Foundation
public import Imaging
import Networks
import ONNXRuntime
import Tokenization

/// A BLIP-2 checkpoint as the pipeline's model: text in front, text behind, several pictures at a time.
public final class Blip2CaptionModel: CaptionModel {
    public let description: ModelDescription
    public let preparation: PixelPreparation

    let model: Blip2Model
    let tokenizer: any Tokenizing
    private let batch: DecodingBatch
    private var rows: [DecodingBatch.RowID: Row] = [:]

    /// A picture in the decoder.
    private struct Row {
        let id: CaptionInput.ID
        /// The tokens that its caption begins with, before the new ones.
        let beginning: [Int]
        /// The text so far; made when somebody asks for it.
        var writing: CaptionWriting?
        let visionTime: Duration
        let qFormerTime: Duration

        init(_ input: CaptionInput, _ options: GenerationOptions, visionTime: Duration, qFormerTime: Duration) {
            id = input.id
            beginning = input.options.repeatsPrompt ? options.promptIDs ?? [] : []
            self.visionTime = visionTime
            self.qFormerTime = qFormerTime
        }
    }

    /// Finds out whether a checkpoint has what captions need beside networks, before these are compiled.
    /// - Throws: `Blip2Error`, `TokenizationError`, `ImagingError` or ``CaptionError``, each with what to do.
    public static func check(_ checkpoint: Blip2Checkpoint) throws {
        _ = try checkpoint.tokenizer()
        _ = try PixelPreparation(try checkpoint.imageProcessor())
        guard checkpoint.maximumNewTokens(promptLength: 1) >= 1 else {
            throw CaptionError(
                .modelUnavailable,
                "\(checkpoint.folder.folder.path) takes \(checkpoint.configuration.text.maximumPositions) positions, which "
                    + "leaves no room behind picture and prompt.")
        }
    }

    /// - Throws: `Blip2Error` or `TokenizationError` where the checkpoint lacks what captions need.
    public init(_ model: Blip2Model, name: String) throws {
        self.model = model
        batch = DecodingBatch(model)
        tokenizer = try model.tokenizer()
        preparation = try PixelPreparation(try model.imageProcessor())
        let most = max(1, model.maximumNewTokens(promptLength: 1))
        let isDemo = CheckpointLocation.isDemo(model.checkpoint.folder)
        var description = ModelDescription(
            name: name, identity: "\(model.compiled.digest)/\(model.precision.rawValue)/\(model.compiled.build)",
            architecture: "BLIP-2 (\(model.configuration.text.family))",
            parameters: model.parameterCount, isDemo: isDemo,
            placement: .init(
                device: model.execution.device.rawValue, precision: model.precision.rawValue,
                memoryBytes: model.compiled.byteCount, gpuName: model.execution.gpu?.name,
                gpuMemoryBytes: model.execution.gpu?.memoryBytes),
            limits: .init(
                imageSize: model.configuration.vision.imageSize, imageTokens: model.configuration.queryTokenCount,
                maxNewTokens: most))
        if isDemo { description.note = Self.demoNote }
        description.samplesByDefault = model.generation.doSample == true
        self.description = description
    }

    /// What users of the demo checkpoint should know, and the command that gets them the real model.
    private static let demoNote = """
        This is the demo checkpoint: it knows drawn scenes only. For photographs: \
        image-to-song models pull Salesforce/blip2-opt-2.7b, then set MODEL_ID=Salesforce/blip2-opt-2.7b.
        """

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
        let side = model.configuration.vision.imageSize
        let encoding = try model.encode(
            try Tensor(joining.flatMap(\.picture.pixels), shape: [joining.count, 3, side, side]),
            cancellation: cancellation)
        let ids = try batch.join(encoding.languageInputs, joining.map(\.options), cancellation: cancellation)
        for (id, joined) in zip(ids, joining) {
            rows[id] = Row(
                joined.picture, joined.options, visionTime: encoding.visionTime, qFormerTime: encoding.qFormerTime)
        }
        return refused + finished()
    }

    public func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        try batch.step(cancellation: cancellation)
        return finished()
    }

    public func text(of id: CaptionInput.ID) -> String {
        guard let (rowID, row) = rows.first(where: { $0.value.id == id }) else { return "" }
        let ids = batch.tokens(of: rowID)
        guard !ids.isEmpty else { return "" }
        var writing = row.writing ?? CaptionWriting(tokenizer, beginning: row.beginning)
        writing.advance(to: ids)
        rows[rowID]?.writing = writing
        return writing.text
    }

    public func leave(_ id: CaptionInput.ID) {
        for (row, picture) in rows where picture.id == id {
            batch.remove(row)
            rows[row] = nil
        }
    }

    public func reset() {
        batch.removeAll()
        rows = [:]
    }

    public func prove() throws {
        do {
            try model.prove()
        } catch let error as Blip2Error where error.code == .damagedModel {
            throw CaptionError(.damagedModel, error.message, cause: error.cause)
        }
    }

    public var files: (any ModelFiles)? { CompiledModelFiles(model: model.compiled) }

    /// The captions of the rows that have left the decoder.
    private func finished() -> [CaptionOutcome] {
        batch.takeFinished().compactMap { finished in
            guard let row = rows.removeValue(forKey: finished.id) else { return nil }
            if let failure = finished.failure {
                return CaptionOutcome(
                    id: row.id, result: .failure(CaptionError(.invalidOutput, failure.message, cause: failure)))
            }
            // A text in which there is no word but those of the prompt is none.
            let sequences = finished.sequences.filter { !text(of: $0.ids).isEmpty }
            let texts = sequences.map { text(of: row.beginning + $0.ids) }
            var caption = GeneratedCaption(
                text: texts.first ?? "", tokenIDs: sequences.first?.ids ?? finished.ids,
                timings: [
                    "vision": row.visionTime, "qformer": row.qFormerTime, "prefill": finished.prefillTime,
                    "decode": finished.decodeTime,
                ])
            if texts.count > 1 { caption.texts = texts }
            return CaptionOutcome(id: row.id, result: .success(caption))
        }
    }

    private func text(of ids: [Int]) -> String {
        tokenizer.decode(ids, skippingSpecialTokens: true).withoutOuterSpace()
    }
}

extension PixelPreparation {
    /// What a checkpoint's `preprocessor_config.json` asks for.
    init(_ processor: ImageProcessorConfiguration) throws(ImagingError) {
        self.init(width: processor.width, height: processor.height)
        kernel = try ResampleKernel(resample: processor.resampling.rawValue)
        if !processor.doResize {
            fit = .unresized
        } else if case .shortestEdge(let edge) = processor.size {
            fit = .shortestEdge(edge)
        }
        rescaleFactor = processor.doRescale ? processor.rescaleFactor : 1
        mean = processor.doNormalize ? processor.mean : [0, 0, 0]
        standardDeviation = processor.doNormalize ? processor.std : [1, 1, 1]
    }
}

/// The files of a compiled model.
struct CompiledModelFiles: ModelFiles {
    let model: CompiledModel

    var loadedStamp: String { model.loadedStamp }
    func stamp() -> String { model.stamp() }
    func check(isGentle: Bool) throws { try model.check(isGentle: isGentle) }
}
