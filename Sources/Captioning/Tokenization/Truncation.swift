/// How long texts become at most, the tokens around them included; `truncation` in `tokenizer.json`.
public struct Truncation: Sendable, Equatable, Decodable {
    public enum Direction: String, Sendable, Decodable {
        /// Cuts the beginning off.
        case left = "Left"
        /// Cuts the end off.
        case right = "Right"
    }

    public let maximumLength: Int
    public let direction: Direction

    private enum CodingKeys: String, CodingKey {
        case direction, strategy
        case maximumLength = "max_length"
    }

    public init(maximumLength: Int, direction: Direction = .right) {
        self.maximumLength = maximumLength
        self.direction = direction
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        maximumLength = Int(try container.decode(UInt32.self, forKey: .maximumLength))
        direction = try container.decodeIfPresent(Direction.self, forKey: .direction) ?? .right
        let strategy = try container.decodeIfPresent(String.self, forKey: .strategy) ?? "LongestFirst"
        guard strategy != "OnlySecond" else {
            throw TokenizationError(
                .unsupportedComponent,
                "the truncation \"OnlySecond\" shortens second texts alone, and here every text is alone.")
        }
    }

    /// What is left of a text beside which `others` tokens stand.
    func apply(to ids: [Int], others: Int) -> [Int] {
        let length = max(0, maximumLength - others)
        return direction == .right ? Array(ids.prefix(length)) : Array(ids.suffix(length))
    }
}
