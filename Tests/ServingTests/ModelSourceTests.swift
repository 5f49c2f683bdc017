import Checkpoint
import Foundation
import Hub
import ModelRegistry
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
        "A short name is a model on the Hub, in whatever letters and of whatever revision",
        arguments: [
            ("blip", "Salesforce/blip-image-captioning-base"), ("BLIP-Large", "Salesforce/blip-image-captioning-large"),
            ("blip-vqa@refs/pr/7", "Salesforce/blip-vqa-base@refs/pr/7"), ("blip2", "Salesforce/blip2-opt-2.7b"),
        ])
    func readsShortNames(_ text: String, _ reference: String) throws {
        let source = try ModelSource(text)
        guard case .hub(let found) = source else {
            Issue.record("\(text) is taken for a folder")
            return
        }
        #expect(found.description == reference)
        #expect(source.published.map { reference.hasPrefix($0.id) } == true)
        #expect(try ModelReference(typed: text) == found)
        #expect(ModelSource.hiding(text) == nil)
    }

    @Test("A model that is named as on the Hub is known by its short name too; others have none")
    func knowsPublished() throws {
        #expect(try ModelSource("Salesforce/blip2-opt-2.7b@main").published?.alias == "blip2")
        #expect(try ModelSource("acme/pictures").published == nil)
        #expect(try ModelSource(CheckpointLocation.demoFolder).published == nil)
    }

    @Test(
        "An unknown short name is refused with those that are near",
        arguments: [
            ("blp", "Was blip meant?"), ("blip-lrage", "Was blip-large meant?"),
            ("Blip_Large", "Was blip-large meant?"),
            ("blip3@main", "Was blip or blip2 meant?"), ("blip-base", "Was blip meant?"),
            ("blip2-opt-2.7b", "Was blip2 meant?"), ("blip-image-captioning-large", "Was blip-large meant?"),
            ("bli", "Was blip meant?"),
            ("blip2-opt", "Was blip2 meant?"), ("blip-v", "Was blip-vqa meant?"),
            ("nonsense", "Short names are blip, blip-large, blip-vqa, "),
        ])
    func advises(_ text: String, _ advice: String) throws {
        let error = try #require(throws: CheckpointError.self) { try ModelSource(text) }
        #expect(error.code == .missingFile)
        #expect(error.message.hasPrefix("\"\(text)\" is no folder here and no model. "))
        #expect(error.message.contains(advice), "\(error.message)")
        #expect(error.message.contains("`image-to-song models available` says what each is."))
        let refused = try #require(throws: HubError.self) { try ModelReference(typed: text) }
        #expect(refused.code == .invalidName)
        #expect(
            refused.message.hasPrefix("\"\(text)\" is no name of a model: it is neither a short name nor of the form "))
        #expect(refused.message.contains(advice) && refused.message.contains("image-to-song models available"))
    }

    @Test("Only a revision may stand behind a short name")
    func refusesRevisions() throws {
        #expect(#expect(throws: HubError.self) { try ModelReference(typed: "blip@") }?.code == .invalidRevision)
        #expect(#expect(throws: HubError.self) { try ModelReference(typed: "blip@../x") }?.code == .invalidRevision)
        #expect(#expect(throws: HubError.self) { try ModelReference(typed: "a/../b") }?.code == .invalidName)
    }

    @Test(
        "Refuses anything else, and names both possibilities", arguments: ["/nowhere", "./blip", "a/b/c", "../a/b", ""])
    func refusesOthers(_ text: String) throws {
        let error = try #require(throws: CheckpointError.self) { try ModelSource(text) }
        #expect(error.message.contains("on the Hub, such as Salesforce/blip2-opt-2.7b"))
    }
}
