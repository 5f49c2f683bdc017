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
        /// The most that ``relativeError`` may be.
        public let bound: Double

        public var isWithinBound: Bool { relativeError <= bound }

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

    public var idsAreEqual: Bool { ids == referenceIDs }

    /// Whether every stage is within its bound and the ids are equal.
    public var isWithinBounds: Bool { idsAreEqual && stages.allSatisfy(\.isWithinBound) }

    enum CodingKeys: String, CodingKey {
        case precision, stages, ids
        case referenceIDs = "reference_ids"
    }
}

extension Blip2Model {
    /// Computes what a reference file holds and compares it.
    /// - Parameter path: a safetensors file; see ``ParityReference`` for its tensors.
    /// - Throws: `CheckpointError` for a file that cannot be read, ``Blip2Error`` for one of another model's shapes.
    public func parity(referencePath path: String) throws -> ParityReport {
        let reference = try ParityReference(path: path)
        let encoding = try encode(reference.pixels)
        let generation = try generate(encoding.languageInputs, reference.options)
        let stages = try reference.stages.map { stage, expected, shape in
            let (values, ownShape) = try output(stage, encoding, generation)
            guard ownShape == shape else {
                throw Blip2Error(
                    .invalidInput, "\(stage.rawValue) in \(path) has the shape \(shape); this model gives \(ownShape).")
            }
            return ParityReport.Stage(name: stage, values, expected: expected, bound: precision.parityBound)
        }
        return ParityReport(
            precision: precision, stages: stages, ids: generation.ids, referenceIDs: reference.generatedIDs)
    }

    private func output(
        _ stage: ParityReport.Stage.Name, _ encoding: Encoding, _ generation: Generation
    ) throws -> ([Float], shape: [Int]) {
        func whole(_ tensor: Tensor) throws -> ([Float], [Int]) { (try tensor.array(of: Float.self), tensor.shape) }
        return switch stage {
        case .visionHiddenState: try whole(encoding.visionHiddenState)
        case .queryOutput: try whole(encoding.queryOutput)
        case .languageInputs: try whole(encoding.languageInputs)
        case .firstLogits: (generation.firstLogits, [generation.ids.count, configuration.text.vocabularySize])
        }
    }
}

extension Precision {
    /// The most that any stage's relative L2 error may be.
    var parityBound: Double {
        switch self {
        case .fp32: 1e-4
        }
    }
}

extension ParityReport.Stage {
    init(name: Name, _ values: [Float], expected: [Float], bound: Double) {
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
