public import Captioning
public import Generation
public import ONNXRuntime

extension Blip2Model {
    /// Generates behind pictures and prompts, until every text has ended.
    /// - Parameters:
    ///   - languageInputs: [B, Q, H], from ``encode(_:cancellation:)``.
    ///   - options: one for each picture.
    /// - Returns: what became of the pictures, in their order.
    /// - Throws: `GenerationError` for options that do not fit the model, or numbers that are not finite; ``Blip2Error``,
    ///   `CancellationError`, `ONNXRuntimeError`.
    public func generate(
        _ languageInputs: Tensor, _ options: [GenerationOptions], cancellation: Cancellation? = nil
    ) throws -> [GenerationBatch.FinishedRequest] {
        let batch = GenerationBatch(makeDecoderRunner())
        _ = try batch.join(try imageEmbeddings(languageInputs), options, cancellation: cancellation)
        let finished = try batch.finish(cancellation: cancellation)
        if let failure = finished.lazy.compactMap(\.failure).first { throw failure }
        return finished
    }

    /// Each picture as the decoder takes it: [1, Q, E], over the memory of `languageInputs`.
    ///
    /// Where the embeddings are narrower than the layers, transformers fills the places of the image tokens with the
    /// language inputs read straight on (`masked_scatter`), without a projection; so do we, for each picture as if it
    /// were alone.
    /// - Parameter languageInputs: [B, Q, H], from ``encode(_:cancellation:)``.
    /// - Throws: `invalidInput` for another shape.
    public func imageEmbeddings(_ languageInputs: Tensor) throws -> [Tensor] {
        let (queries, width) = (configuration.queryTokenCount, configuration.text.hiddenSize)
        guard languageInputs.elementType == .float32, Array(languageInputs.shape.dropFirst()) == [queries, width] else {
            throw Blip2Error(
                .invalidInput,
                "Language inputs of shape \(languageInputs.shape) were given; this model takes float32 "
                    + "[B, \(queries), \(width)].")
        }
        let shape = [1, queries, configuration.text.wordEmbeddingSize]
        return try (0..<languageInputs.shape[0]).map { try languageInputs.rows($0..<$0 + 1).view(shape: shape) }
    }
}
