import ArgumentParser
package import Captioning

/// A flag for each option of a caption, made from ``CaptionOption/all``: `--num-beams` for `num_beams`.
///
/// ArgumentParser takes a type's flags from its mirror and reads them back through its decoder. Here both go through the
/// table, so that no flag is written down twice.
package struct CaptionFlags: ParsableArguments, CustomReflectable {
    /// What is asked of each caption.
    package private(set) var options = CaptionOptions()
    /// What is wrong with a flag's text.
    private var problem: String?

    package init() {}

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CaptionOption.Key.self)
        for option in CaptionOption.all {
            guard let text = try container.text(of: option) else { continue }
            do {
                try option.set(text, in: &options)
            } catch {
                problem = problem ?? "\(option.flag) \(error.problem). Give \(error.advice)."
            }
        }
    }

    package var customMirror: Mirror {
        Mirror(self, children: Self.flags.map { (label: $0.name, value: $0.flag) })
    }

    package func validate() throws {
        if let problem { throw ValidationError(problem) }
        do {
            try options.validate()
        } catch {
            throw ValidationError(Self.sayingFlags(error.message))
        }
    }

    /// A sentence about the fields of a request, as one about flags.
    package static func sayingFlags(_ sentence: String) -> String {
        var result = ""
        var rest = sentence[...]
        while let first = rest.first {
            let word = rest.prefix { $0 == "_" || ("a"..."z").contains($0) }
            // A name of one word is a word of the sentence too, unless it begins the sentence or stands in backticks.
            let isName = word.contains("_") || result.isEmpty || result.last == "`"
            if isName, let flag = names[String(word)] {
                result += flag
            } else {
                result += word.isEmpty ? String(first) : String(word)
            }
            rest = rest.dropFirst(max(1, word.count))
        }
        return result
    }

    private static let names = Dictionary(
        CaptionOption.all.map { ($0.name, $0.flag) }, uniquingKeysWith: { first, _ in first })

    /// Made once: ArgumentParser looks into the mirror several times.
    private static let flags = CaptionOption.all.map { (name: $0.name, flag: $0.parsableFlag) }
}

extension CaptionOption {
    fileprivate var flag: String { "--" + Self.hyphenated(name) }

    private static func hyphenated(_ name: String) -> String { name.replacing("_", with: "-") }

    /// The flag as ArgumentParser has it.
    fileprivate var parsableFlag: any Sendable {
        let names = NameSpecification(([name] + aliases).map { .customLong(Self.hyphenated($0)) })
        let help = ArgumentHelp(
            CaptionFlags.sayingFlags("\(help) By default \(standard).").replacing("`", with: ""), valueName: valueName)
        switch value {
        case .boolean: return Flag<Bool?>(name: names, inversion: .prefixedNo, help: help)
        case .texts, .tokens:
            return Option<[String]>(wrappedValue: [], name: names, parsing: .unconditionalSingleValue, help: help)
        case .integer, .number, .choice, .text:
            return Option<String?>(name: names, parsing: .unconditional, help: help)
        }
    }

    private var valueName: String {
        switch value {
        case .boolean: ""
        case .integer, .number: "\(bounds?.least ?? "")…\(bounds?.most ?? "")"
        case .choice(_, let choices): choices.joined(separator: "|")
        case .text, .texts: "text"
        case .tokens: "tokens"
        }
    }
}

extension KeyedDecodingContainer<CaptionOption.Key> {
    /// What was given for an option, several texts a line each; nil for nothing.
    fileprivate func text(of option: CaptionOption) throws -> String? {
        switch option.value {
        case .boolean: try decode(Flag<Bool?>.self, forKey: option.key).wrappedValue.map { "\($0)" }
        case .texts, .tokens:
            try decode(Option<[String]>.self, forKey: option.key).wrappedValue.joined(separator: "\n").nonEmpty
        case .integer, .number, .choice, .text: try decode(Option<String?>.self, forKey: option.key).wrappedValue
        }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
