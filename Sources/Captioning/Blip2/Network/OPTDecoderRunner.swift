import Captioning
import Generation
import ONNXRuntime

/// An OPT decoder at work. What a step binds is made once for each number of rows; after that it only writes new numbers.
final class OPTDecoderRunner: CachedDecoderRunner {
    let configuration: DecoderConfiguration
    var rows: DecoderRows
    private let text: OPTConfiguration
    private let runtime: Runtime
    private let session: Session
    private var tensors: DecoderTensors?

    init(
        _ configuration: DecoderConfiguration, _ text: OPTConfiguration, _ runtime: Runtime, session: Session,
        space: CacheSpace, keptBytes: Int
    ) {
        self.configuration = configuration
        self.text = text
        self.runtime = runtime
        self.session = session
        rows = DecoderRows(text.cacheShape, in: space, keptBytes: keptBytes)
    }

    func reserve(rows count: Int, positions: Int) throws {
        try rows.reserve(rows: count, positions: positions) { rows, _ in
            tensors = try DecoderTensors(text, rows: rows)
        }
    }

    /// - Parameter pictures: [k, Q, E].
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        let (count, promptLength) = (prompts.count, prompts.first?.count ?? 0)
        let length = pictures.shape[1] + promptLength
        let first = try DecoderTensors(text, imageEmbeddings: pictures, tokenCount: promptLength)
        try first.tokens.fill(prompts.lazy.joined().map(Int64.init))
        try first.positions.fill((0..<count * length).lazy.map { Int64($0 % length) })
        try first.lastPositions.fill(repeatElement(Int32(length - 1), count: count))
        try first.totalLength.fill(CollectionOfOne(Int32(length)))

        let binding = try IOBinding(session: session)
        try first.bind(rows: count, to: binding)
        try rows.cache?.bind(rows: rows.next(count), to: binding)
        try run(binding, cancellation)
        rows.append(count, length: length)
        return first.logits  // [k, V]
    }

    func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor {
        guard let tensors, let cache = rows.cache else { throw ONNXRuntimeError.noRows }
        let binding = try binding(tensors, cache)
        try tensors.tokens.fill(tokens.lazy.map(Int64.init))
        try tensors.positions.fill(lengths.lazy.map(Int64.init))
        try tensors.lastPositions.fill(lengths.lazy.map(Int32.init))
        try tensors.totalLength.fill(CollectionOfOne(Int32((lengths.max() ?? 0) + 1)))
        try run(binding, cancellation)
        rows.advance()
        return tensors.logits  // [B, V] and what there is memory for behind
    }

    private func binding(_ tensors: DecoderTensors, _ cache: KeyValueCache) throws -> IOBinding {
        let count = lengths.count
        if let binding = rows.bindings[count] { return binding }
        let binding = try IOBinding(session: session)
        try tensors.bind(rows: count, to: binding)
        try cache.bind(rows: 0..<count, to: binding)
        rows.bindings[count] = binding
        return binding
    }

    private func run(_ binding: IOBinding, _ cancellation: Cancellation?) throws {
        try runtime.cancellable(cancellation) { options in
            try rows.makeCopies(options)
            try session.run(binding, options: options)
        }
    }
}

extension OPTConfiguration {
    /// What the decoder keeps of a position.
    fileprivate var cacheShape: KeyValueCache.Shape {
        KeyValueCache.Shape(
            layerCount: layerCount, headCount: headCount, headSize: OPTDecoder(configuration: self).cacheHeadSize)
    }
}
