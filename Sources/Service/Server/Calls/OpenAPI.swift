import Captioning
import Foundation
import Settings

/// What `/openapi.json` gets from elsewhere: the version, and the options of captions out of their table.
enum OpenAPI {
    /// The file `Web/openapi.json` with everything in braces filled in.
    static func filledIn(_ file: String) -> String {
        let options = CaptionOption.all
        return file.replacing("{version}", with: Release.version, maxReplacements: 1)
            .replacing(place("caption_options"), with: references(options))
            // Songs have a seed of their own.
            .replacing(place("caption_options_but_seed"), with: references(options.filter { $0.name != "seed" }))
            .replacing(
                place("caption_option_schemas"),
                with: options.map { "\(quoted($0.name)): \(schema(of: $0))" }.joined(separator: ",\n      "))
    }

    private static func place(_ name: String) -> String { "\"{\(name)}\": {}" }

    private static func references(_ options: [CaptionOption]) -> String {
        options.map { "\(quoted($0.name)): { \"$ref\": \"#/components/schemas/\($0.name)\" }" }
            .joined(separator: ",\n                  ")
    }

    /// The JSON Schema of an option, as a field of a form has it.
    private static func schema(of option: CaptionOption) -> String {
        var members: [(name: String, value: String)] = []
        switch option.value {
        case .boolean: members = [("type", quoted("boolean"))]
        case .integer(_, let range):
            members = [("type", quoted("integer")), ("minimum", "\(range.lowerBound)")]
            if range.upperBound < .max { members.append(("maximum", "\(range.upperBound)")) }
        case .number(_, let range):
            members = [
                ("type", quoted("number")), ("minimum", "\(range.lowerBound)"), ("maximum", "\(range.upperBound)"),
            ]
        case .choice(_, let choices):
            members = [
                ("type", quoted("string")), ("enum", "[\(choices.map(quoted).joined(separator: ", "))]"),
            ]
        case .text: members = [("type", quoted("string"))]
        case .texts(_, let most):
            members = [("type", quoted("array")), ("items", #"{ "type": "string" }"#), ("maxItems", "\(most)")]
        case .tokens(_, let most):
            members = [
                ("type", quoted("array")), ("items", #"{ "type": "integer", "minimum": 0 }"#), ("maxItems", "\(most)"),
            ]
        }
        members.append(("description", quoted("\(option.help) By default \(option.standard).")))
        return "{ \(members.map { "\(quoted($0.name)): \($0.value)" }.joined(separator: ", ")) }"
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }
}
