public import Foundation
public import Testing

/// What transformers generated with tiny checkpoints: a JSON file beside them, such as `generation.json`, which a script of its
/// name writes (`make_generation.py`).
public struct GenerationFixture: Decodable, Sendable {
    public struct Checkpoint: Decodable, Sendable, CustomTestStringConvertible {
        public let name: String
        public let cases: [Case]
        public var testDescription: String { name }
    }

    public struct Case: Decodable, Sendable {
        /// Rows of `pixel_values` in the checkpoint's reference.
        public let pictures: [Int]
        public let prompts: [[Int]]?
        /// What a Q-Former reads of each prompt.
        public let instructions: [[Int]]?
        public let arguments: [String: Argument]
        /// As many in a row as each picture gives.
        public let sequences: [[Int]]
        public let scores: [Float]?
        /// The mean of each text's tokens' log-probabilities.
        public let logProbabilities: [Double]?

        private enum CodingKeys: String, CodingKey {
            case pictures, prompts, instructions, arguments, sequences, scores
            case logProbabilities = "log_probabilities"
        }
    }

    public struct Distribution: Decodable, Sendable, CustomTestStringConvertible {
        public let arguments: [String: Argument]
        /// How many of `ids` are no new ones.
        public let context: Int
        public let ids: [Int]
        public let logits: [Float]
        /// Nil where a token is ruled out.
        public let scores: [Float?]
        public var testDescription: String { "\(arguments) behind \(ids.count) tokens" }
    }

    public let checkpoints: [Checkpoint]
    public let distributions: [Distribution]

    /// Reads a fixture; one that cannot be read has nothing in it, which the tests notice.
    public init(_ file: URL) {
        let none = GenerationFixture(checkpoints: [], distributions: [])
        self = (try? JSONDecoder().decode(GenerationFixture.self, from: Data(contentsOf: file))) ?? none
    }

    private init(checkpoints: [Checkpoint], distributions: [Distribution]) {
        (self.checkpoints, self.distributions) = (checkpoints, distributions)
    }

    private enum CodingKeys: String, CodingKey {
        case checkpoints, distributions
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        checkpoints = try container.decode([Checkpoint].self, forKey: .checkpoints)
        distributions = try container.decodeIfPresent([Distribution].self, forKey: .distributions) ?? []
    }

    /// A JSON value of an argument of `generate`.
    public enum Argument: Codable, Sendable {
        case boolean(Bool)
        case integer(Int)
        case real(Double)
        case string(String)
        case list([Argument])

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .real(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else {
                self = .list(try container.decode([Argument].self))
            }
        }

        /// The strings of a list of them; nil for anything else.
        public var strings: [String]? {
            guard case .list(let values) = self else { return nil }
            return values.compactMap { value in if case .string(let string) = value { string } else { nil } }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .boolean(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .real(let value): try container.encode(value)
            case .string(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            }
        }
    }
}

extension [String: GenerationFixture.Argument] {
    /// As the metadata of a reference file has them.
    public var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
