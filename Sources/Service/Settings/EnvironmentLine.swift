/// One line of a `.env` file; ``EnvironmentFile`` says what it may be.
enum EnvironmentLine {
    /// Why a line cannot be understood, as it goes on from "Line 3 of .env". It never quotes a value, which may be secret.
    struct Failure: Error, Equatable {
        let reason: String
    }

    /// The name and the value of a line; nil for one that says nothing.
    static func read(_ bytes: ArraySlice<UInt8>) throws(Failure) -> (name: String, value: String)? {
        guard let line = String(validating: bytes, as: UTF8.self), !line.contains("\0") else {
            throw Failure(reason: "is not UTF-8 text; save the file as UTF-8")
        }
        let text = trimmed(line[...])
        guard !text.isEmpty, text.first != "#" else { return nil }
        guard let equals = text.firstIndex(of: "=") else {
            throw Failure(reason: "is not a setting; write NAME=value, or put # before a comment")
        }
        var name = trimmed(text[..<equals])
        if name.hasPrefix("export"), name.dropFirst(6).first?.isWhitespace == true { name = trimmed(name.dropFirst(6)) }
        guard isName(name), name != "export" else {
            throw Failure(
                reason: "has no name of a setting before the sign =; a name is made of letters, digits and _")
        }
        return (String(name), try value(text[text.index(after: equals)...]))
    }

    private static func value(_ text: Substring) throws(Failure) -> String {
        let value = trimmed(text)
        switch value.first {
        case "'": return try quoted(value, mark: "'", escapes: [:])
        case "\"": return try quoted(value, mark: "\"", escapes: escapes)
        default: return String(withoutComment(text))
        }
    }

    /// What a backslash and a letter stand for between double quotation marks; before any other, it is itself.
    private static let escapes: [Character: Character] = [
        "n": "\n", "r": "\r", "t": "\t", "\"": "\"", "\\": "\\", "$": "$",
    ]

    /// What stands between the mark that `text` begins with and the next one; only a comment may follow.
    private static func quoted(
        _ text: Substring, mark: Character, escapes: [Character: Character]
    ) throws(Failure) -> String {
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == mark {
                let behind = trimmed(rest)
                guard behind.isEmpty || behind.first == "#" else {
                    throw Failure(reason: "goes on behind the closing quotation mark; only a comment may stand there")
                }
                return value
            }
            if character == "\\", let next = rest.first, let meant = escapes[next] {
                value.append(meant)
                rest.removeFirst()
            } else {
                value.append(character)
            }
        }
        throw Failure(reason: "opens a quotation mark and does not close it; a value ends on its own line")
    }

    /// The text up to a `#` that follows a space, without the spaces at its ends.
    private static func withoutComment(_ text: Substring) -> Substring {
        var previous: Character = "="
        for index in text.indices {
            if text[index] == "#", previous.isWhitespace { return trimmed(text[..<index]) }
            previous = text[index]
        }
        return trimmed(text)
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return text[first...last]
    }
}
