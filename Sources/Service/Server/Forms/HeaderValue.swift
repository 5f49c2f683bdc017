import Foundation

/// A header value with parameters (RFC 9110 §5.6.6): `form-data; name="image"; filename="beach.jpg"`.
struct HeaderValue: Equatable {
    /// What stands before the first semicolon, in lower case.
    let value: String
    /// The parameters by their names in lower case; the first of equal names stays.
    private(set) var parameters: [String: String] = [:]
    /// The names of parameters that come more than once: what they mean is anybody's guess.
    private(set) var repeated: Set<String> = []

    /// Reads a header value; nil where it breaks the grammar.
    ///
    /// In a quoted text a backslash escapes a quotation mark or another backslash and stands for itself elsewhere:
    /// some browsers send Windows paths as they are.
    init?(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        value = scanner.token(until: [UInt8(ascii: ";")]).lowercased()
        guard !value.isEmpty else { return nil }
        while scanner.skip(UInt8(ascii: ";")) {
            let name = scanner.token(until: [UInt8(ascii: "="), UInt8(ascii: ";")]).lowercased()
            if name.isEmpty, scanner.isAtParameterEnd { continue }
            guard !name.isEmpty, scanner.skip(UInt8(ascii: "=")), let value = scanner.parameterValue() else {
                return nil
            }
            if parameters[name] == nil { parameters[name] = value } else { repeated.insert(name) }
        }
        guard scanner.isAtEnd else { return nil }
    }

    /// A parameter, or its extended form (`name*=UTF-8''…`, RFC 8187) where there is one.
    func text(of name: String) -> String? {
        if let extended = parameters[name + "*"], let text = Self.decodeExtended(extended) { return text }
        return parameters[name]
    }

    private static func decodeExtended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return String(parts[2]).removingPercentEncoding
    }
}

extension HeaderValue {
    /// Walks over the bytes of a header value.
    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }
        var isAtParameterEnd: Bool { isAtEnd || bytes[position] == UInt8(ascii: ";") }

        mutating func skip(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// Everything up to one of `ends` or to the end, without the spaces around it.
        mutating func token(until ends: [UInt8]) -> String {
            let start = position
            while position < bytes.count, !ends.contains(bytes[position]) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }

        /// A token, or a text between quotation marks; nil where the closing mark is missing.
        mutating func parameterValue() -> String? {
            while skip(UInt8(ascii: " ")) || skip(UInt8(ascii: "\t")) {}
            guard skip(UInt8(ascii: "\"")) else { return token(until: [UInt8(ascii: ";")]) }
            let start = position
            if let text = quotedText(escaping: true) { return text }
            // Browsers escape no backslashes: one that stands before the closing mark is then a part of the text.
            position = start
            return quotedText(escaping: false)
        }

        /// A text up to its closing quotation mark; nil where that is missing, or where more than spaces follows.
        private mutating func quotedText(escaping: Bool) -> String? {
            var text: [UInt8] = []
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte == UInt8(ascii: "\"") {
                    // Only spaces may stand between the closing mark and the next parameter.
                    return token(until: [UInt8(ascii: ";")]).isEmpty ? String(decoding: text, as: UTF8.self) : nil
                }
                if escaping, byte == UInt8(ascii: "\\"), position < bytes.count,
                    bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "\\")
                {
                    text.append(bytes[position])
                    position += 1
                } else {
                    text.append(byte)
                }
            }
            return nil
        }
    }
}
