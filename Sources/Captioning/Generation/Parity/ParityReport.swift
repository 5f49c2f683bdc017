public import Devices
import ONNXRuntime

/// How far this implementation is from what transformers computed, stage by stage.
public struct ParityReport: Sendable, Codable {
    /// One tensor, held against its reference.
    public struct Stage: Sendable, Codable {
        public let name: ModelStage
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

extension VisionLanguageModel {
    /// Computes what a reference file holds and compares it.
    ///
    /// Pictures are looked at together; their prompts are read one by one, each up to its end.
    /// - Parameter path: a safetensors file; see ``ParityReference`` for its tensors.
    /// - Throws: `CheckpointError` for a file that cannot be read, ``GenerationError`` for one of another model's shapes.
    public func parity(referencePath path: String) throws -> ParityReport {
        let reference = try ParityReference(path: path)
        let instructions =
            reference.instructionIDs ?? Array(repeating: defaultInstructionIDs, count: reference.pixels.shape[0])
        let encoded = try encodePictures(reference.pixels, instructions: instructions, cancellation: nil)
        let pictures = try picturesAsOneBatch(encoded)
        let options = try options(reference)
        let bounds = ParityBounds(execution.precision)
        let stages = try reference.stages.map { stage, expected, shape in
            let rows = try rows(of: stage, encoded, pictures, options)
            return ParityReport.Stage(
                name: stage, try ComparedRows(rows, expected: expected, shape: shape, stage, path), bound: bounds[stage]
            )
        }
        let batch = GenerationBatch(makeDecoderRunner())
        _ = try batch.join(pictures, options)
        let finished = try batch.finish()
        if let failure = finished.lazy.compactMap(\.failure).first { throw failure }
        return ParityReport(
            precision: execution.precision, stages: stages, ids: finished.flatMap { $0.sequences.map(\.ids) },
            referenceIDs: reference.generatedIDs.map { $0.through(firstOf: endTokens(options)) },
            demandsEqualIDs: bounds.demandsEqualIDs)
    }

    /// One for each picture.
    private func options(_ reference: ParityReference) throws -> [GenerationOptions] {
        let prompts: [[Int]?] =
            reference.promptIDs.map { rows in rows.map { promptIDs(ofProcessor: decoder.withoutPadding($0)) } }
            ?? Array(repeating: nil, count: reference.pixels.shape[0])
        return try prompts.map { promptIDs in
            var options = try reference.arguments.options(
                contextLength: decoder.contextLength(promptIDs: promptIDs), startsTexts: decoder.startsTexts,
                over: generationDefaults)
            options.promptIDs = promptIDs
            return options
        }
    }

    /// What the model computes for a stage, a row for each picture.
    private func rows(
        of stage: ModelStage, _ encoded: EncodedPictures, _ pictures: [Tensor], _ options: [GenerationOptions]
    ) throws -> [Tensor] {
        switch stage {
        case .visionHiddenState, .queryOutput, .languageInputs:
            guard let output = encoded.stages[stage] else { break }
            return try output.split()
        case .encoderHiddenState:
            let rows = try zip(pictures, options).compactMap { picture, options in
                try makeDecoderRunner().encoderHiddenState(picture, prompts: [try decoder.prompt(options)])
            }
            guard rows.count == pictures.count else { break }
            return rows
        case .firstLogits:
            return try zip(pictures, options).map { picture, options in
                let prompt = try decoder.prompt(options)
                let runner = makeDecoderRunner()
                try runner.reserve(rows: 1, positions: decoder.imageTokenCount + prompt.count)
                let logits = try runner.prefill(picture, prompts: [prompt], cancellation: nil)
                return try logits.view(shape: [1, decoder.vocabularySize])
            }
        }
        throw GenerationError(
            .invalidInput, "The reference has \(stage.rawValue); a model of the kind \(architecture) has no such stage."
        )
    }

    /// What ends the texts of a reference. What stands behind it in a row is padding, which nobody generated: it is not
    /// compared.
    private func endTokens(_ options: [GenerationOptions]) -> Set<Int> {
        Set(options.first?.eosTokenIDs ?? decoder.generation.eosTokenIDs)
    }
}

extension DecoderConfiguration {
    /// A row of a prompt without the padding behind its end.
    fileprivate func withoutPadding(_ row: [Int]) -> [Int] {
        guard let padding = generation.padTokenID, !readsPadding, let last = row.lastIndex(where: { $0 != padding })
        else { return row }
        return Array(row[...last])
    }
}

/// What a model gave and what transformers gave, number by number, without what stands behind a row's end.
private struct ComparedRows {
    var values: [Float] = []
    var expected: [Float] = []

    /// - Parameters:
    ///   - rows: [1, …] each; the second axis may be shorter than in the reference, where that is filled up.
    ///   - shape: of the reference, [B, …].
    init(_ rows: [Tensor], expected: [Float], shape: [Int], _ stage: ModelStage, _ path: String) throws {
        let size = shape.dropFirst().reduce(1, *)
        for (index, row) in rows.enumerated() {
            let own = row.shape
            let mayBeShorter = own.count == 3 && shape.count == 3 && own[1] < shape[1] && stage == .encoderHiddenState
            guard own.dropFirst() == shape.dropFirst() || (mayBeShorter && own[2] == shape[2]) else {
                throw GenerationError(
                    .invalidInput,
                    "\(stage.rawValue) in \(path) has the shape \(shape); this model gives "
                        + "\([rows.count] + own.dropFirst()).")
            }
            let numbers = try row.array(of: Float.self)
            values += numbers
            self.expected += expected[index * size..<index * size + numbers.count]
        }
    }
}

extension [Int] {
    /// The elements up to the first of some, that included; all where there is none.
    fileprivate func through(firstOf ends: Set<Int>) -> [Int] {
        firstIndex(where: ends.contains).map { Array(self[...$0]) } ?? self
    }
}

extension ParityReport.Stage {
    fileprivate init(name: ModelStage, _ rows: ComparedRows, bound: Bound) {
        self.init(name: name, rows.values, expected: rows.expected, bound: bound)
    }

    package init(name: ModelStage, _ values: [Float], expected: [Float], bound: Bound) {
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
