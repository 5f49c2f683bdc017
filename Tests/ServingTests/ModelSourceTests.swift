import Checkpoint
import Foundation
import Hub
import Testing

@testable import Serving

@Suite("MODEL_ID")
struct ModelSourceTests {
    @Test(
        "Reads a Hub name if there is no such folder",
        arguments: ["Salesforce/blip2-opt-2.7b", "acme/pictures@refs/pr/1"])
    func readsNames(_ text: String) throws {
        guard case .hub(let reference) = try ModelSource(text) else {
            Issue.record("\(text) is taken for a folder")
            return
        }
        #expect(reference.description == text)
    }

    @Test("The demo checkpoint is a folder, although it looks like a Hub name")
    func findsDemo() throws {
        guard case .folder(let folder) = try ModelSource(CheckpointLocation.demoFolder) else {
            Issue.record("the demo checkpoint is taken for a name")
            return
        }
        #expect(folder.path.hasSuffix("Models/demo"))
    }

    @Test("Prefers an existing folder to a Hub name")
    func findsFolders() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: CheckpointError.self) { try ModelSource(folder.path) }
        try Data("{}".utf8).write(to: folder.appendingPathComponent("config.json"))
        guard case .folder = try ModelSource(folder.path) else {
            Issue.record("the folder is taken for a name")
            return
        }
    }

    @Test(
        "Refuses anything else, and names both possibilities", arguments: ["/nowhere", "blip2", "a/b/c", "../a/b", ""])
    func refusesOthers(_ text: String) throws {
        let error = try #require(throws: CheckpointError.self) { try ModelSource(text) }
        #expect(error.message.contains("on the Hub, such as Salesforce/blip2-opt-2.7b"))
    }
}
