/// A token that is found in the text as a whole, before the text is cut into words.
struct AddedToken: Sendable, Equatable {
    var content: String
    /// Matches only where no word character touches it.
    var singleWord = false
    /// Takes the white space before it along.
    var stripsLeft = false
    /// Takes the white space after it along.
    var stripsRight = false
    /// Matches, in its normalised form, in normalised text.
    var normalized = false
    /// Is left out when a text is decoded without special tokens.
    var special = false
}

extension AddedToken: Decodable {
    private enum CodingKeys: String, CodingKey {
        case content, normalized, special
        case singleWord = "single_word"
        case stripsLeft = "lstrip"
        case stripsRight = "rstrip"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        content = try container.decode(String.self, forKey: .content)
        singleWord = try container.decodeIfPresent(Bool.self, forKey: .singleWord) ?? false
        stripsLeft = try container.decodeIfPresent(Bool.self, forKey: .stripsLeft) ?? false
        stripsRight = try container.decodeIfPresent(Bool.self, forKey: .stripsRight) ?? false
        special = try container.decodeIfPresent(Bool.self, forKey: .special) ?? false
        normalized = try container.decodeIfPresent(Bool.self, forKey: .normalized) ?? !special
    }
}
