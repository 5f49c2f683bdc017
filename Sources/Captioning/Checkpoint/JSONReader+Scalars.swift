extension JSONReader {
    enum Number {
        case integer(Int)
        case real(Double)
    }

    /// A number: an integer where it is written as one and fits 64 bits.
    ///
    /// `NaN`, `Infinity` and `-Infinity` are no JSON, but Python writes and reads them.
    mutating func readNumber() throws(CheckpointError) -> Number {
        _ = peek()
        switch current {
        case UInt8(ascii: "N") where takeWord("NaN"): return .real(.nan)
        case UInt8(ascii: "I") where takeWord("Infinity"): return .real(.infinity)
        case UInt8(ascii: "-") where takeWord("-Infinity"): return .real(-.infinity)
        default: break
        }
        let start = offset
        if current == UInt8(ascii: "-") { offset += 1 }
        let startsWithZero = current == UInt8(ascii: "0")
        let digitCount = skipDigits()
        guard digitCount > 0, !startsWithZero || digitCount == 1 else { throw failure("expected a number") }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            guard skipDigits() > 0 else { throw failure("expected a digit") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            offset += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { offset += 1 }
            guard skipDigits() > 0 else { throw failure("expected a digit") }
        }
        guard offset - start <= 512 else { throw failure("a number of more than 512 characters") }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, let integer = Int(text) { return .integer(integer) }
        guard let real = Double(text) else { throw failure("expected a number") }
        return .real(real)
    }

    /// Takes the word if the bytes at the reader's place spell it.
    mutating func takeWord(_ word: String) -> Bool {
        guard bytes[offset...].starts(with: word.utf8) else { return false }
        offset += word.utf8.count
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        return offset - start
    }

    /// A string with its escapes resolved.
    mutating func readString() throws(CheckpointError) -> String {
        try expect("\"")
        let start = offset
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
        if current == UInt8(ascii: "\"") {
            let plain = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
            guard let string = String(validating: plain, as: UTF8.self) else {
                throw failure("a string that is not UTF-8")
            }
            offset += 1
            return string
        }
        var units = [UInt8](bytes[start..<offset])
        while let byte = current, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure("a control character inside a string") }
            offset += 1
            if byte == UInt8(ascii: "\\") {
                units.append(contentsOf: String(try readEscape()).utf8)
            } else {
                units.append(byte)
            }
        }
        guard current != nil else { throw failure("a string without an end") }
        offset += 1
        guard let string = String(validating: units, as: UTF8.self) else { throw failure("a string that is not UTF-8") }
        return string
    }

    /// What follows a backslash. Half of a surrogate pair alone becomes U+FFFD, as no Swift string can hold it.
    private mutating func readEscape() throws(CheckpointError) -> Character {
        guard let escape = current else { throw failure("a string without an end") }
        offset += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(escape))
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw failure("an unknown escape in a string")
        }
        let lead = try readFourHexDigits()
        guard UTF16.isLeadSurrogate(lead) else { return Character(Unicode.Scalar(lead) ?? "\u{FFFD}") }
        let afterLead = offset
        if takeWord("\\u") {
            let trail = try readFourHexDigits()
            if UTF16.isTrailSurrogate(trail) {
                let scalar = 0x10000 + (UInt32(lead) & 0x3FF) << 10 + UInt32(trail) & 0x3FF
                return Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")
            }
        }
        offset = afterLead
        return "\u{FFFD}"
    }

    private mutating func readFourHexDigits() throws(CheckpointError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            offset += 1
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
