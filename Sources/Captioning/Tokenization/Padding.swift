/// How texts of a batch become equally long; `padding` in `tokenizer.json`.
public struct Padding: Sendable, Equatable, Decodable {
    /// The token that shorter texts are filled up with.
    public let id: Int
    /// Every text becomes a multiple of it long; 1 where the file does not say.
    public let multiple: Int
    /// The length of all texts; nil for that of the longest.
    public let length: Int?
    public let direction: Truncation.Direction

    private enum CodingKeys: String, CodingKey {
        case direction, strategy
        case id = "pad_id"
        case multiple = "pad_to_multiple_of"
    }

    private struct Fixed: Decodable {
        let length: UInt32

        enum CodingKeys: String, CodingKey {
            case length = "Fixed"
        }
    }

    public init(id: Int, multiple: Int = 1, length: Int? = nil, direction: Truncation.Direction = .right) {
        self.id = id
        self.multiple = multiple
        self.length = length
        self.direction = direction
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = Int(try container.decode(UInt32.self, forKey: .id))
        multiple = max(1, Int(try container.decodeIfPresent(UInt32.self, forKey: .multiple) ?? 1))
        direction = try container.decodeIfPresent(Truncation.Direction.self, forKey: .direction) ?? .right
        // Else it is the word "BatchLongest".
        length = (try? container.decode(Fixed.self, forKey: .strategy)).map { Int($0.length) }
    }

    /// The texts of a batch, all equally long. A text that is longer than a fixed length stays as it is.
    public func apply(to rows: [[Int]]) -> [[Int]] {
        let wanted = length ?? rows.reduce(0) { max($0, $1.count) }
        let target = (wanted + multiple - 1) / multiple * multiple
        return rows.map { row in
            let filling = Array(repeating: id, count: max(0, target - row.count))
            return direction == .right ? row + filling : filling + row
        }
    }
}
