import Foundation
import Testing

/// Every seed holds what its target promises. What `make fuzz` finds beyond them becomes a seed.
@Suite("Fuzz targets")
struct FuzzTargetTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The files in a target's folders of seeds.
    private static func seeds(of target: FuzzTarget) throws -> [URL] {
        try (["Fuzzing/Seeds/\(target.name)"] + target.otherSeeds).flatMap { folder in
            let files = FileManager.default.enumerator(
                at: root.appending(path: folder), includingPropertiesForKeys: [.isRegularFileKey])
            return try (files?.allObjects as? [URL] ?? []).filter {
                try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            }
        }
    }

    @Test("Every seed holds what its target promises", arguments: FuzzTarget.all.map(\.name))
    func seeds(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let seeds = try Self.seeds(of: target)
        #expect(!seeds.isEmpty)
        for seed in seeds {
            let bytes = [UInt8](try Data(contentsOf: seed))
            #expect(throws: Never.self, "\(seed.lastPathComponent)") { try target.run(bytes) }
            // The same without its end, and with its middle twice.
            let middle = bytes.count / 3..<bytes.count / 3 * 2
            #expect(throws: Never.self, "\(seed.lastPathComponent), cut") {
                try target.run(Array(bytes[..<middle.upperBound]))
            }
            #expect(throws: Never.self, "\(seed.lastPathComponent), longer") {
                try target.run(Array(bytes[..<middle.upperBound] + bytes[middle.lowerBound...]))
            }
        }
    }

    @Test("Every folder of seeds belongs to a target")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: "Fuzzing/Seeds").path)
        #expect(Set(folders).subtracting(FuzzTarget.all.map(\.name)).isEmpty)
    }
}
