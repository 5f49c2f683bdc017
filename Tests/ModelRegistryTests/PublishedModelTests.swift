import Captioning
import Checkpoint
import Devices
import Foundation
import Generation
import MeanColour
import Testing

@testable import ModelRegistry

@Suite("Captioners with short names")
struct PublishedModelTests {
    /// One that reads every family, whatever this program has of them today.
    private static let complete: ModelRegistry = [
        "blip": MeanColourCheckpoint.self, "blip-2": MeanColourCheckpoint.self, "florence2": MeanColourCheckpoint.self,
        "instructblip": MeanColourCheckpoint.self,
    ]

    private func model(_ alias: String) throws -> PublishedModel {
        try #require(Self.complete.publishedModel(alias: alias))
    }

    @Test("Only those are offered whose model type can be read")
    func offered() {
        let blip2: ModelRegistry = ["blip-2": MeanColourCheckpoint.self]
        #expect(blip2.publishedModels.map(\.alias) == ["blip2", "blip2-t5"])
        #expect(blip2.publishedModel(alias: "blip") == nil)
        #expect(blip2.publishedModel(id: "Salesforce/blip-image-captioning-base") == nil)
        #expect(blip2.recommendedModel(memory: 1 << 30)?.alias == "blip2")
        let none: ModelRegistry = ["mean-colour": MeanColourCheckpoint.self]
        #expect(none.publishedModels.isEmpty && none.recommendedModel(memory: 1 << 40) == nil)
        #expect(Self.complete.publishedModels == PublishedModel.all)
    }

    @Test("Every type of the registry has a short name, and short names are unique")
    func table() {
        let types = Set(PublishedModel.all.map(\.modelType))
        #expect(ModelRegistry.standard.modelTypes.allSatisfy(types.contains))
        let aliases = PublishedModel.all.map(\.alias)
        #expect(Set(aliases).count == aliases.count && Set(PublishedModel.all.map(\.id)).count == aliases.count)
        for model in PublishedModel.all {
            #expect(model.alias.wholeMatch(of: /[a-z0-9-]+/) != nil)
            #expect(model.id.wholeMatch(of: /[A-Za-z0-9-]+\/[A-Za-z0-9.-]+/) != nil)
            #expect(!model.purpose.isEmpty && !model.licence.isEmpty)
            #expect(model.fourBitCount < model.weightCount && model.int4Bytes < model.int8Bytes)
            // Weights come in 16 or in 32 bits; a table may be there twice, in the files or when compiled.
            let bytesPerWeight = Double(model.downloadBytes) / Double(model.weightCount)
            #expect((1.4...4.5).contains(bytesPerWeight), "\(model.alias)")
        }
    }

    @Test("A short name is found in whatever letters", arguments: ["blip-large", "BLIP-Large", "Blip-LARGE"])
    func letters(_ text: String) {
        #expect(Self.complete.publishedModel(alias: text)?.id == "Salesforce/blip-image-captioning-large")
        #expect(Self.complete.publishedModel(alias: "\(text) ") == nil)
    }

    @Test(
        "The memory that is told is the measured one, and within what the program is to take",
        arguments: [
            ("florence-2", 0.5...0.6, 0.5...0.65), ("blip2", 2.65...2.75, 3.9...4.1), ("blip", 0.35...0.45, 0.4...0.5),
            ("blip-large", 0.55...0.75, 0.6...0.8),
        ])
    func memory(_ alias: String, _ int4: ClosedRange<Double>, _ int8: ClosedRange<Double>) throws {
        let model = try model(alias)
        #expect(int4.contains(Double(model.int4Bytes) / 1e9), "\(model.int4Bytes)")
        #expect(int8.contains(Double(model.int8Bytes) / 1e9), "\(model.int8Bytes)")
    }

    @Test("docs/models.md has the same table")
    func document() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/models.md"), encoding: .utf8)
        for model in PublishedModel.all {
            let sizes = [model.downloadBytes, model.int4Bytes, model.int8Bytes].map(ByteCount.text)
            let cells = ["`\(model.alias)`", "`\(model.id)`"] + sizes + [model.purpose, model.licence]
            #expect(text.contains("\n| \(cells.joined(separator: " | ")) |\n"), "\(cells.joined(separator: " | "))")
        }
    }

    @Test("A model fits if it takes at most half of the memory")
    func fits() throws {
        let model = try model("blip2")
        #expect(model.fit(in: 2 * model.int4Bytes) == .comfortable)
        #expect(model.fit(in: 2 * model.int4Bytes - 1) == .tight)
        #expect(model.fit(in: model.int4Bytes) == .tight)
        #expect(model.fit(in: model.int4Bytes - 1) == .none)
    }

    @Test(
        "The largest that fits comfortably is recommended, and the smallest where none does",
        arguments: [
            (0.25, "blip"), (1, "blip"), (2, "blip-large"), (4, "florence-2-large"), (8, "blip2"), (16, "blip2"),
            (64, "blip2"),
        ])
    func recommends(_ gibibytes: Double, _ alias: String) {
        #expect(Self.complete.recommendedModel(memory: Int(gibibytes * 0x1p30))?.alias == alias)
    }

    @Test(
        "Without Florence-2 a machine of 4 GB gets BLIP large",
        arguments: [(1, "blip"), (2, "blip-large"), (4, "blip-large"), (8, "blip2"), (16, "blip2"), (64, "blip2")])
    func recommendsOfTwo(_ gibibytes: Int, _ alias: String) {
        let registry: ModelRegistry = ["blip-2": MeanColourCheckpoint.self, "blip": MeanColourCheckpoint.self]
        #expect(registry.recommendedModel(memory: gibibytes << 30)?.alias == alias)
    }

    @Test("A model that only answers questions, or wants to be told what to do, is never recommended")
    func recommendsCaptioners() {
        for gibibytes in 0...256 {
            let alias = Self.complete.recommendedModel(memory: gibibytes << 30)?.alias ?? ""
            #expect(!["blip-vqa", "blip2-t5", "instructblip", ""].contains(alias))
        }
    }

    @Test("The demo checkpoint's note names the command for a captioner of photographs")
    func demoNote() {
        #expect(
            Self.complete.demoNote(memory: 2 << 30)
                == "This is the demo checkpoint: it knows drawn scenes only. For photographs: image-to-song models pull "
                + "blip-large (1.9 GB), then give --model blip-large or set MODEL_ID=blip-large.")
        let none: ModelRegistry = ["mean-colour": MeanColourCheckpoint.self]
        #expect(none.demoNote(memory: 2 << 30) == "This is the demo checkpoint: it knows drawn scenes only.")
    }

    @Test("A model's description has the short name and the rest, if the model has one")
    func described() throws {
        let registry: ModelRegistry = ["mean-colour": MeanColourCheckpoint.self]
        let folder = try MeanColourCheckpoint.write(to: FileManager.default.temporaryDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        let published = try model("blip-vqa")
        let named = try GenerativeCaptionModel(
            try registry.checkpoint(folder), name: "BLIP-vqa", published: published, cache: folder,
            execution: Execution(.cpu, .fp32)
        ).description
        #expect(named.name == "BLIP-vqa")
        #expect(
            named.publication
                == .init(
                    alias: "blip-vqa", id: "Salesforce/blip-vqa-base", purpose: published.purpose,
                    licence: "BSD-3-Clause"))
        let other = try GenerativeCaptionModel(
            try registry.checkpoint(folder), name: "colours", cache: folder, execution: Execution(.cpu, .fp32))
        #expect(other.description.publication == nil)
    }
}
