import Devices
import Foundation
import Networks
import ONNXRuntime
import Testing
import Tokenization

@testable import Blip2
@testable import Generation

/// What transformers generated with the tiny checkpoints: `generation.json`, `options.json` and `group_beams.json` in
/// `Tests/Fixtures`, each of which a script of its name writes (`make_generation.py`).
struct GenerationFixture: Decodable {
    struct Checkpoint: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let cases: [Case]
        var testDescription: String { name }
    }

    struct Case: Decodable, Sendable {
        /// Rows of `pixel_values` in the checkpoint's reference.
        let pictures: [Int]
        let prompts: [[Int]]?
        let arguments: [String: Argument]
        /// As many in a row as each picture gives.
        let sequences: [[Int]]
        let scores: [Float]?
        /// The mean of each text's tokens' log-probabilities.
        let logProbabilities: [Double]?

        private enum CodingKeys: String, CodingKey {
            case pictures, prompts, arguments, sequences, scores
            case logProbabilities = "log_probabilities"
        }
    }

    struct Distribution: Decodable, Sendable, CustomTestStringConvertible {
        let arguments: [String: Argument]
        /// How many of `ids` are no new ones.
        let context: Int
        let ids: [Int]
        let logits: [Float]
        /// Nil where a token is ruled out.
        let scores: [Float?]
        var testDescription: String { "\(arguments) behind \(ids.count) tokens" }
    }

    let checkpoints: [Checkpoint]
    let distributions: [Distribution]

    /// Beams, penalties, bans and samples.
    static let all = read("generation.json")
    /// Further options, and log-probabilities.
    static let options = read("options.json")
    /// Groups of beams, as transformers 4 had them.
    static let groupBeams = read("group_beams.json")

    private static func read(_ name: String) -> GenerationFixture {
        let url = Fixtures.folder.appendingPathComponent(name)
        let none = GenerationFixture(checkpoints: [], distributions: [])
        return (try? JSONDecoder().decode(GenerationFixture.self, from: Data(contentsOf: url))) ?? none
    }

    /// A JSON value of an argument of `generate`.
    enum Argument: Codable, Sendable {
        case boolean(Bool)
        case integer(Int)
        case real(Double)
        case string(String)
        case list([Argument])

        init(from decoder: any Decoder) throws {
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
        var strings: [String]? {
            guard case .list(let values) = self else { return nil }
            return values.compactMap { value in if case .string(let string) = value { string } else { nil } }
        }

        func encode(to encoder: any Encoder) throws {
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
    var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}

/// A checkpoint with its pictures, ready for the cases of the fixture.
struct GenerationSubject {
    let model: Blip2Model
    private let cache: TemporaryFolder
    private let pixels: Tensor

    init(_ name: String, _ precision: Precision = .fp32) throws {
        cache = try TemporaryFolder()
        model = try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url, precision: precision)
        pixels = try ParityReference(path: Fixtures.reference(name)).pixels
    }

    /// What a case's rows join a batch with, each picture as transformers gives it to its decoder.
    func rows(_ fixture: GenerationFixture.Case) throws -> (embeddings: [Tensor], options: [GenerationOptions]) {
        let pixels = try Tensor(rows: fixture.pictures, of: pixels)
        let encoded = try model.encodePictures(pixels, instructions: [], cancellation: nil)
        var given = fixture.arguments
        let stopStrings = try given.removeValue(forKey: "stop_strings")?.strings.map { strings in
            let tokenizer = try model.tokenizer()
            return StopStrings(strings) { tokenizer.decode($0, skippingSpecialTokens: true) }
        }
        let arguments = try GenerateArguments(json: given.json, path: "generation.json")
        let options = fixture.pictures.indices.map { index in
            let promptIDs = fixture.prompts?[index]
            var options = arguments.options(
                contextLength: model.decoder.contextLength(promptIDs: promptIDs), startsTexts: model.decoder.startsTexts
            )
            options.promptIDs = promptIDs
            options.stopStrings = stopStrings
            return options
        }
        return (try model.picturesAsOneBatch(encoded), options)
    }
}

extension Tensor {
    /// Some of a tensor's rows, in any order.
    fileprivate convenience init(rows: [Int], of other: Tensor) throws {
        let size = other.shape.dropFirst().reduce(1, *)
        let values = try other.array(of: Float.self)
        try self.init(
            rows.flatMap { values[$0 * size..<($0 + 1) * size] }, shape: [rows.count] + other.shape.dropFirst())
    }
}
