import Checkpoint
import Foundation
import Testing

@Suite("Checkpoint location")
struct CheckpointLocationTests {
    @Test("Accepts a folder with a config.json")
    func findsFolders() throws {
        let folder = try TemporaryFolder()
        try Data("{}".utf8).write(to: folder.url.appending(path: "config.json"))
        #expect(try CheckpointLocation(folder.url.path).folder().path == folder.url.path)
        #expect(!CheckpointLocation.isDemo(folder.url))
    }

    @Test(
        "Refuses a folder without a config.json, and says what to do",
        arguments: ["/nowhere", "Salesforce/blip2-opt-2.7b"])
    func refusesOthers(_ name: String) throws {
        let error = try #require(throws: CheckpointError.self) { try CheckpointLocation(name).folder() }
        #expect(error.code == .missingFile)
        #expect(error.message.contains(name) && error.message.contains("on the Hub"))
    }

    @Test("Finds the demo checkpoint from any working directory")
    func findsTheDemo() throws {
        let folder = try CheckpointLocation(CheckpointLocation.demoFolder).folder()
        #expect(folder.path.hasSuffix("Models/demo"))
        #expect(CheckpointLocation.isDemo(folder))
    }
}
