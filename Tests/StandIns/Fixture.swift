import Foundation

/// The bytes of a picture among the fixtures of the tests of Serving.
public func fixture(_ name: String) throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: tests.appending(path: "ServingTests/Fixtures/\(name)")))
}
