import Checkpoint
public import Devices
import Foundation
public import Networks
import ONNXRuntime
import Tokenization

/// Sentences in, vectors out, so that sentences of like meaning have vectors of like direction.
///
/// A BERT sentence model such as all-MiniLM-L6-v2, compiled as captions' models are. Calls block for as long as the network
/// runs and belong on a thread of the caller's own. Several threads may call at once; they share the processor's cores.
public final class SentenceEmbedder: Sendable {
    /// Raised whenever the graph changes.
    private static let format = 1

    /// Which model made the vectors, by its weights and not by its place: vectors of two models have nothing to do with each
    /// other.
    public let name: String
    /// Numbers in a vector.
    public let width: Int
    /// Tokens of the longest text that is read whole; what is behind them is left out.
    public let maximumTokens: Int
    public let precision: Precision
    /// The network on disk.
    public let compiled: CompiledModel

    private let session: Session
    private let tokenizer: WordPieceTokenizer
    private let truncation: Truncation
    private let padTokenID: Int
    private let pooling: Pooling
    private let lowercases: Bool

    /// Reads a model and makes its network ready; compiles it if this has not happened yet.
    /// - Parameters:
    ///   - folder: as sentence-transformers stores it: `config.json`, `model.safetensors`, `tokenizer.json`, `modules.json` …
    ///   - cacheFolder: MODEL_CACHE_DIR, where compiled models are kept.
    ///   - precision: `fp32`, or `int8`, which is several times as fast.
    ///   - threads: cores that one run may use; nil for all.
    ///   - progress: told which share of the weights is compiled, 0 to 1; not called when they already were.
    ///   - waiting: told once where another process compiles the same and is waited for.
    /// - Throws: `damagedModel` where what was compiled cannot be made sound; `invalidOutput` where it answers otherwise than it
    ///   did when it was compiled: vectors are kept, and wrong ones would outlive their model.
    public init(
        folder: String, cacheFolder: String, precision: Precision = .fp32, threads: Int? = nil,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws(SentenceEmbeddingError) {
        let cache = URL(fileURLWithPath: cacheFolder)
        let parts = try SentenceEmbeddingError.converting {
            try SentenceModelParts(
                SentenceModelFolder(URL(fileURLWithPath: folder)), format: Self.weightFormat(precision))
        }
        let loaded = try SentenceEmbeddingError.converting {
            let compilation = Compilation(parts.checkpoint, precision, format: Self.format) { [try parts.graph()] }
            let compiled = try Self.sound(compilation, cache: cache, waiting: waiting, progress: progress)
            compiled.readAhead([BERTEncoder.graphName])
            var options = SessionOptions()
            options.intraOpThreads = threads
            // Texts have all lengths, and when nobody asks, threads must not spin.
            options.usesMemoryPattern = false
            options.configuration["session.force_spinning_stop"] = "1"
            return (compiled, try compiled.session(BERTEncoder.graphName, try Runtime.load(), options))
        }
        (compiled, session) = loaded
        let configuration = parts.configuration
        self.precision = precision
        width = configuration.hiddenSize
        tokenizer = parts.tokenizer
        truncation = parts.truncation
        maximumTokens = truncation.maximumLength
        padTokenID = tokenizer.padding?.id ?? configuration.padTokenID
        pooling = parts.folder.pooling
        lowercases = parts.folder.lowercases
        name =
            "bert-\(configuration.layerCount)x\(width)-\(pooling.rawValue)-\(maximumTokens)-\(compiled.digest.prefix(12))"
        try prove()
    }

    /// The compiled model, every file of which was hashed.
    private static func sound(
        _ compilation: Compilation, cache: URL, waiting: () -> Void, progress: (Double) -> Void
    ) throws -> CompiledModel {
        let found = try CompiledModel.findOrCompile(compilation, cache: cache, waiting: waiting, progress: progress)
        if found.isHashed { return found }
        do {
            try found.check()
            return found
        } catch {
            // The damaged one is out of the way, and is compiled anew.
            return try CompiledModel.findOrCompile(compilation, cache: cache, waiting: waiting, progress: progress)
        }
    }

    /// Holds the vector of a sentence that never changes against the one that was kept when the model was compiled.
    private func prove() throws(SentenceEmbeddingError) {
        let machine = "cpu, \(MachineLimits.kernelName), ONNX Runtime \(session.runtimeVersion)"
        let vector = try embed(["A quiet harbour at dusk, and somebody sings."])[0]
        let answer = KnownAnswer([KnownAnswer.Stage("embedding", vector)])
        guard let expected = compiled.answer(on: machine) else { return compiled.keep(answer, on: machine) }
        let bound: Float = precision == .fp32 ? 1e-3 : 5e-2
        guard let difference = answer.difference(from: expected, beyond: bound) else { return }
        throw SentenceEmbeddingError(
            .invalidOutput,
            "The embedding model gives another vector than when it was compiled: it is off by \(difference.error), where "
                + "\(bound) may be. Its files are as they were written, so check this machine's memory and processor. If the "
                + "machine or its libraries were exchanged, delete \(compiled.folder.path): the next start compiles it anew."
        )
    }

    /// The vectors of some texts, in their order, each of length 1. Blocks.
    ///
    /// What a text's vector is does not depend on the others. Many texts at once are faster than each alone.
    /// - Throws: `runtime` where there is no memory for the network's numbers; `invalidOutput` where they are not finite.
    public func embed(_ texts: [String]) throws(SentenceEmbeddingError) -> [[Float]] {
        let rows = texts.map { text in
            tokenizer.encode(
                lowercases ? text.lowercased() : text, addingSpecialTokens: true, truncation: truncation)
        }
        var vectors = [[Float]](repeating: [], count: texts.count)
        for batch in TokenBatch.batches(of: rows) {
            let values = try SentenceEmbeddingError.converting {
                try session.run(try batch.inputs(rows, padding: padTokenID, pooling), outputs: ["embedding"])[
                    "embedding"]?
                    .array(of: Float.self) ?? []
            }
            guard values.allSatisfy(\.isFinite) else {
                throw SentenceEmbeddingError(
                    .invalidOutput,
                    "The embedding model gave numbers that are infinite or none at all. If it does so for every text, it is "
                        + "damaged: `image-to-song models verify` finds out, and a restart compiles it anew.")
            }
            for (row, index) in batch.indices.enumerated() {
                vectors[index] = Array(values[row * width..<(row + 1) * width])
            }
        }
        return vectors
    }

    private static func weightFormat(_ precision: Precision) throws(SentenceEmbeddingError) -> WeightFormat {
        switch precision {
        case .fp32: return .float32
        case .int8: return .quantized(bits: 8, block: 128)
        case .fp16, .int4:
            throw SentenceEmbeddingError(
                .invalidPrecision, "Sentences are embedded in fp32 or int8, not in \(precision.rawValue).")
        }
    }
}
