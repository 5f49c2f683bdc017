import Foundation
import Testing

@testable import Checkpoint

@Suite("Memory-mapped files that shrink")
struct MappedFaultTests {
    @Test("Reading beyond the new end exits with status 1 and names the file")
    func cutShort() async throws {
        let result = try await #require(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
            MappedFaults.explain()
            let path = FileManager.default.temporaryDirectory.appending(path: "cut-short-\(UUID())").path
            try Data(count: 1 << 20).write(to: URL(filePath: path))
            let file = try MappedFile(path: path)
            truncate(path, 0)
            unlink(path)
            exit(Int32(file.bytes[4096]))
        }
        let sentence = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(sentence.contains("/cut-short-") && sentence.contains("was cut short while it was in use"))
    }
}
