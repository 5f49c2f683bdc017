/// A client's name for a file, made harmless. It is echoed as data and never used as a path.
enum FileName {
    /// The longest name that is echoed, in bytes of UTF-8.
    static let maxBytes = 255

    /// The last component of a path as any system writes it, without control characters, at most 255 bytes long.
    ///
    /// Marks that change the direction of writing go too: they make a name look like another one.
    static func sanitise(_ name: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if scalar == "/" || scalar == "\\" {
                kept = String.UnicodeScalarView()
            } else if !isHidden(scalar) {
                kept.append(scalar)
            }
        }
        var result = ""
        for character in String(kept) {
            guard result.utf8.count + character.utf8.count <= maxBytes else { break }
            result.append(character)
        }
        return result
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl
        }
    }
}
