import Checkpoint
import Foundation

/// Reads the files of a tokenizer, each within a limit of size.
enum JSONFile {
    /// The largest file that is read, in bytes: several times the largest tokenizer that is published.
    static let largestSize = 128 << 20

    /// Where a decoder finds the text that it reads, for types that need the order of an object's keys.
    static let source = CodingUserInfoKey(rawValue: "source")

    static func exists(_ file: URL) -> Bool {
        FileManager.default.fileExists(atPath: file.path)
    }

    /// The value that a JSON file describes.
    static func read<Value: Decodable>(_ type: Value.Type, from file: URL) throws(TokenizationError) -> Value {
        let data = try read(file)
        let decoder = JSONDecoder()
        if let source { decoder.userInfo[source] = data }
        do {
            return try decoder.decode(type, from: data)
        } catch let error as TokenizationError {
            throw error.inFile(file.path)
        } catch {
            throw TokenizationError(.malformedFile, "\(file.path): \(explanation(of: error))", cause: error)
        }
    }

    /// The bytes of a file.
    static func read(_ file: URL) throws(TokenizationError) -> Data {
        let target = file.resolvingSymlinksInPath()
        guard exists(target) else {
            throw TokenizationError(.missingFile, "\(file.path): this file of the tokenizer is missing.")
        }
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: target.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw TokenizationError(.unreadableFile, "\(file.path): this is not an ordinary file.")
            }
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
            guard size <= largestSize else {
                throw TokenizationError(
                    .fileTooLarge,
                    "\(file.path): \(size) bytes are more than a file of a tokenizer may have (\(largestSize)).")
            }
            let data = try Data(contentsOf: target)
            if let kind = ForeignCheckpoint.kind(ofText: data) {
                throw TokenizationError(.malformedFile, "\(file.path) \(kind)")
            }
            return data
        } catch let error as TokenizationError {
            throw error
        } catch {
            throw TokenizationError(
                .unreadableFile, "\(file.path): this file cannot be read: \(error.localizedDescription)", cause: error)
        }
    }

    private static func explanation(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "the key \"\(path(context.codingPath + [key]))\" is missing."
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "the value at \"\(path(context.codingPath))\" has the wrong type."
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "the value at \"\(path(context.codingPath))\" is not valid."
        default:
            "this is not valid JSON."
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
