public import Devices
import Generation
import ONNXRuntime

/// How far this implementation is from what transformers computed, stage by stage.
public struct ParityReport: Sendable, Codable {
    /// One tensor, held against its reference.
    public struct Stage: Sendable, Codable {
        /// The stages in the order of the computation, by their names in the reference file.
        public enum Name: String, Sendable, Codable, CaseIterable {
            case visionHiddenState = "vision_hidden_state"
            case queryOutput = "query_output"
            case languageInputs = "language_inputs"
            case firstLogits = "first_logits"
        }

        public let name: Name
        /// max |x − r|.
        public let largestDifference: Double
        /// ‖x − r‖ / ‖r‖.
        public let relativeError: Double
        /// x·r / (‖x‖ ‖r‖).
        public let cosine: Double
        public let bound: Bound

        public var isWithinBound: Bool {
            switch bound {
            case .relativeError(let most): relativeError <= most
            case .cosine(let least): cosine >= least
            }
        }

        /// What a stage is held to.
        public enum Bound: Sendable, Codable, Hashable {
            /// The most that ``Stage/relativeError`` may be.
            case relativeError(Double)
            /// The least that ``Stage/cosine`` may be.
            case cosine(Double)

            enum CodingKeys: String, CodingKey {
                case cosine
                case relativeError = "relative_l2_error"
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                if let least = try container.decodeIfPresent(Double.self, forKey: .cosine) {
                    self = .cosine(least)
                } else {
                    self = .relativeError(try container.decode(Double.self, forKey: .relativeError))
                }
            }

            public func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                switch self {
                case .relativeError(let most): try container.encode(most, forKey: .relativeError)
                case .cosine(let least): try container.encode(least, forKey: .cosine)
                }
            }
        }

        enum CodingKeys: String, CodingKey {
            case name, cosine, bound
            case largestDifference = "largest_difference"
            case relativeError = "relative_l2_error"
        }
    }

    public let precision: Precision
    public let stages: [Stage]
    /// New tokens of each row, here and in the reference.
    public let ids: [[Int]]
    public let referenceIDs: [[Int]]

    /// Whether the ids have to be equal; at reduced precision they are shown and decide nothing.
    public let demandsEqualIDs: Bool

    public var idsAreEqual: Bool { ids == referenceIDs }

    /// Whether every stage is within its bound, and the ids are equal where that is asked for.
    public var isWithinBounds: Bool { (idsAreEqual || !demandsEqualIDs) && stages.allSatisfy(\.isWithinBound) }

    enum CodingKeys: String, CodingKey {
        case precision, stages, ids
        case referenceIDs = "reference_ids"
        case demandsEqualIDs = "demands_equal_ids"
    }
}

extension Blip2Model {
    /// Computes what a reference file holds and compares it.
    /// - Parameter path: a safetensors file; see ``ParityReference`` for its tensors.
    /// - Throws: `CheckpointError` for a file that cannot be read, ``Blip2Error`` for one of another model's shapes.
    public func parity(referencePath path: String) throws -> ParityReport {
        let reference = try ParityReference(path: path)
        let encoding = try encode(reference.pixels)
        let embeddings = try imageEmbeddings(asOneBatch: encoding.languageInputs)
        let options = options(reference)
        let firstLogits = try firstLogits(embeddings, options)
        let bounds = ParityBounds(precision)
        let stages = try reference.stages.map { stage, expected, shape in
            let output = output(stage, encoding, firstLogits)
            guard output.shape == shape else {
                throw Blip2Error(
                    .invalidInput,
                    "\(stage.rawValue) in \(path) has the shape \(shape); this model gives \(output.shape).")
            }
            return ParityReport.Stage(
                name: stage, try output.array(of: Float.self), expected: expected, bound: bounds[stage])
        }
        let batch = GenerationBatch(makeDecoderRunner())
        _ = try batch.join(embeddings.split(), options)
        let texts = try batch.finish().flatMap { $0.sequences.map(\.ids) }
        return ParityReport(
            precision: precision, stages: stages, ids: texts,
            referenceIDs: reference.generatedIDs.map { $0.through(firstOf: endTokens(options)) },
            demandsEqualIDs: bounds.demandsEqualIDs)
    }

    /// One for each picture.
    private func options(_ reference: ParityReference) -> [GenerationOptions] {
        let prompts: [[Int]?] = reference.promptIDs ?? Array(repeating: nil, count: reference.pixels.shape[0])
        return prompts.map { promptIDs in
            var options = reference.arguments.options(
                contextLength: decoder.contextLength(promptIDs: promptIDs), startsTexts: decoder.startsTexts)
            options.promptIDs = promptIDs
            return options
        }
    }

    /// The pictures as transformers gives them to its decoder, [B, Q, E].
    ///
    /// Where embeddings are narrower than the layers, its `masked_scatter` reads straight on from row to row, so that
    /// a row depends on those before it; see ``imageEmbeddings(_:)`` for what we do.
    func imageEmbeddings(asOneBatch languageInputs: Tensor) throws -> Tensor {
        try languageInputs.view(
            shape: [languageInputs.shape[0], configuration.queryTokenCount, configuration.text.wordEmbeddingSize])
    }

    /// The logits of each row's first new token, [B, V].
    private func firstLogits(_ imageEmbeddings: Tensor, _ options: [GenerationOptions]) throws -> Tensor {
        guard options.count == imageEmbeddings.shape[0] else {
            throw Blip2Error(
                .invalidInput,
                "The reference has \(imageEmbeddings.shape[0]) pictures, but prompts for \(options.count).")
        }
        let prompts = try options.map(decoder.prompt)
        let runner = makeDecoderRunner()
        try runner.reserve(rows: prompts.count, positions: imageEmbeddings.shape[1] + (prompts.first?.count ?? 0))
        return try runner.prefill(imageEmbeddings, prompts: prompts, cancellation: nil)
    }

    /// What ends the texts of a reference. What stands behind it in a row is padding, which nobody generated: it is not
    /// compared.
    private func endTokens(_ options: [GenerationOptions]) -> Set<Int> {
        Set(options.first?.eosTokenIDs ?? decoder.generation.eosTokenIDs)
    }

    private func output(_ stage: ParityReport.Stage.Name, _ encoding: Encoding, _ firstLogits: Tensor) -> Tensor {
        switch stage {
        case .visionHiddenState: encoding.visionHiddenState
        case .queryOutput: encoding.queryOutput
        case .languageInputs: encoding.languageInputs
        case .firstLogits: firstLogits
        }
    }
}

extension [Int] {
    /// The elements up to the first of some, that included; all where there is none.
    fileprivate func through(firstOf ends: Set<Int>) -> [Int] {
        firstIndex(where: ends.contains).map { Array(self[...$0]) } ?? self
    }
}

extension Tensor {
    /// Its rows, each [1, …].
    func split() throws -> [Tensor] {
        try (0..<shape[0]).map { try rows($0..<$0 + 1) }
    }
}

extension ParityReport.Stage {
    init(name: Name, _ values: [Float], expected: [Float], bound: Bound) {
        var (largest, difference, own, reference, product) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (value, expected) in zip(values, expected) {
            let (x, r) = (Double(value), Double(expected))
            // Once there is a NaN it stays: it must not look like a small difference.
            if !largest.isNaN, !((x - r).magnitude <= largest) { largest = (x - r).magnitude }
            difference += (x - r) * (x - r)
            own += x * x
            reference += r * r
            product += x * r
        }
        // Equal tensors have no error and one direction, also where both are nothing but zeros.
        let isEqual = difference == 0
        self.init(
            name: name, largestDifference: largest,
            relativeError: isEqual ? 0 : (difference / reference).squareRoot(),
            cosine: isEqual ? 1 : product / (own * reference).squareRoot(), bound: bound)
    }
}
