import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A JSON object that was sent; only its known fields are looked at.
struct JSONBody {
    /// The most bytes of one.
    static let mostBytes = 64 * 1024
    /// The most bytes of a text in one.
    static let mostTextBytes = 4096

    private let values: [String: Any]
    private let path: String
    private let isStrict: Bool

    /// Reads the object in a body.
    ///
    /// - Parameter isStrict: whether a field that is not known refuses it, here and in the objects within; else it is
    ///   skipped.
    /// - Throws: `malformedRequest` for what is no JSON object, `unknownField`.
    init(_ body: ByteBuffer, fields: Set<String>, isStrict: Bool = true) throws(ServerError) {
        let value = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        guard let values = value as? [String: Any] else {
            throw ServerError(
                .malformedRequest, "The body is no JSON object. Send one, as in {\"caption\": \"a quiet harbour\"}.")
        }
        try self.init(values, path: "", fields: fields, isStrict: isStrict)
    }

    private init(
        _ values: [String: Any], path: String, fields: Set<String>, isStrict: Bool
    ) throws(ServerError) {
        if isStrict, let unknown = values.keys.filter({ !fields.contains($0) }).min() {
            throw FieldNames(known: fields).refusal(of: unknown, path: path)
        }
        self.values = values.filter { fields.contains($0.key) }
        self.path = path
        self.isStrict = isStrict
    }

    /// A field that is an object; nil where it is not there.
    func object(_ name: String, fields: Set<String>) throws(ServerError) -> JSONBody? {
        guard let value = values[name] else { return nil }
        guard let object = value as? [String: Any] else { throw wrong(name, "an object") }
        return try JSONBody(object, path: "\(path)\(name).", fields: fields, isStrict: isStrict)
    }

    /// A field that is a list of objects; empty where it is not there.
    func list(_ name: String, fields: Set<String>) throws(ServerError) -> [JSONBody] {
        guard let value = values[name] else { return [] }
        guard let list = value as? [[String: Any]] else { throw wrong(name, "a list of objects") }
        var result: [JSONBody] = []
        for object in list {
            result.append(try JSONBody(object, path: "\(path)\(name).", fields: fields, isStrict: isStrict))
        }
        return result
    }

    /// A field that is a text; nil where it is not there.
    func text(_ name: String) throws(ServerError) -> String? {
        guard let value = values[name] else { return nil }
        guard let text = value as? String else { throw wrong(name, "a text") }
        try check(text, name)
        return text.isEmpty ? nil : text
    }

    /// Refuses a text that is longer than any that means something.
    private func check(_ text: String, _ name: String) throws(ServerError) {
        guard text.utf8.count <= Self.mostTextBytes else {
            throw ServerError(
                .fieldTooLarge,
                "\(path)\(name) has \(text.utf8.count) bytes, more than the \(Self.mostTextBytes) that are taken. Send a shorter text."
            )
        }
    }

    /// A field that is a list of whole numbers; empty where it is not there.
    func numbers(_ name: String) throws(ServerError) -> [Int64] {
        guard let value = values[name] else { return [] }
        guard let list = value as? [NSNumber], list.allSatisfy({ Int64(exactly: $0.doubleValue) != nil }) else {
            throw wrong(name, "a list of whole numbers")
        }
        return list.map(\.int64Value)
    }

    /// All other fields as a form has them: numbers in digits, lists with commas between.
    func texts(except others: Set<String>) throws(ServerError) -> [String: String] {
        var result: [String: String] = [:]
        for (name, value) in values where !others.contains(name) {
            if let list = value as? [Any] {
                var texts: [String] = []
                for element in list {
                    guard let text = Self.text(of: element) else { throw wrong(name, "a list of texts or numbers") }
                    try check(text, name)
                    texts.append(text)
                }
                result[name] = texts.joined(separator: ",")
            } else if let text = Self.text(of: value) {
                try check(text, name)
                result[name] = text
            } else {
                throw wrong(name, "a text or a number")
            }
        }
        return result
    }

    private static func text(of value: Any) -> String? {
        if let text = value as? String { return text }
        guard let number = value as? NSNumber else { return nil }
        if CFBooleanSays.isFlag(number) { return number.boolValue ? "true" : "false" }
        let double = number.doubleValue
        return Int64(exactly: double).map { "\($0)" } ?? "\(double)"
    }

    private func wrong(_ name: String, _ expected: String) -> ServerError {
        ServerError(.invalidField, "\(path)\(name) may be \(expected). Send it so, or leave it out.")
    }
}

/// Foundation keeps true and false as numbers; their type tells them apart.
private enum CFBooleanSays {
    static func isFlag(_ number: NSNumber) -> Bool { number.objCType.pointee == 0x63 }
}

extension Request {
    /// The body, which says that it is JSON.
    /// - Throws: `missingContentType`, `unsupportedContentType`, `bodyTooLarge`, `truncatedUpload`, or what the connection says.
    func jsonBody(advice: String) async throws -> ByteBuffer {
        guard let text = headers[.contentType] else {
            throw ServerError(.missingContentType, "The request has no Content-Type. \(advice)")
        }
        guard HeaderValue(text)?.value == "application/json" else {
            throw ServerError(.unsupportedContentType, "The request's Content-Type is not application/json. \(advice)")
        }
        var result = ByteBuffer()
        try await ServerError.namingBreakOff(of: "it") {
            for try await piece in body {
                guard result.readableBytes + piece.readableBytes <= JSONBody.mostBytes else {
                    throw ServerError(
                        .bodyTooLarge,
                        "The body has more than \(JSONBody.mostBytes) bytes, the most that are taken. Send a smaller one."
                    )
                }
                result.writeImmutableBuffer(piece)
            }
        }
        return result
    }
}

extension StringProtocol {
    /// The beginning of a text for a message, in at most 60 bytes: a single character may have thousands.
    var excerpt: String {
        var (result, count) = (String.UnicodeScalarView(), 0)
        for scalar in unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= 60 else { break }
            result.append(scalar)
        }
        return String(result)
    }
}
