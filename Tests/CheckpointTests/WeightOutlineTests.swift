import Checkpoint
import Foundation
import Testing

@Suite("Outline weights")
struct WeightOutlineTests {
    @Test("Outline weights exist under every name, are zero, and are listed once each")
    func writesDown() throws {
        let outline = WeightOutline()
        let weights = Weights(outline: outline)
        #expect(!weights.contains("a"))
        #expect(try weights.tensor("a", shape: [2, 3]).floats() == [0, 0, 0, 0, 0, 0])
        #expect(try weights.tensor("b", shape: [4]).shape == [4])
        #expect(try weights.tensor("a").shape == [2, 3])
        #expect(outline.tensors.map(\.name) == ["a", "b"])
        #expect(outline.tensors.map(\.shape) == [[2, 3], [4]])
    }

    @Test("Outline weights refuse a second shape, and no shape")
    func refuses() throws {
        let weights = Weights(outline: WeightOutline())
        _ = try weights.tensor("a", shape: [2])
        #expect(checkpointError { try weights.tensor("a", shape: [3]) }?.code == .unexpectedShape)
        #expect(checkpointError { try weights.tensor("b") }?.code == .unexpectedShape)
    }
}

@Suite("Weights with aliases")
struct RenamedWeightsTests {
    @Test("Finds a weight under both names; an alias does not replace an existing name")
    func finds() throws {
        let folder = try TemporaryFolder()
        try folder.write("model.safetensors", safetensors([("old.a", [1], 1), ("old.b", [1], 2), ("b", [1], 3)]))
        let weights = try Weights(folder: folder.url).adding { String($0.dropFirst($0.hasPrefix("old.") ? 4 : 0)) }
        #expect(try weights.tensor("a", shape: [1]).floats() == [1])
        #expect(try weights.tensor("old.a", shape: [1]).floats() == [1])
        #expect(try weights.tensor("b", shape: [1]).floats() == [3])
        #expect(weights.parameterCount == 3)
        let error = checkpointError { try weights.tensor("a", shape: [2]) }
        #expect(error?.message.contains("\"old.a\"") == true)
    }
}

@Suite("Disk space")
struct FolderSpaceTests {
    @Test(
        "Writes a byte count in the largest unit that fits",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (999_999, "1.0 MB"), (14_900_000_000, "14.9 GB"),
            (123_456_789, "123 MB"),
        ])
    func writes(_ byteCount: Int, _ text: String) {
        #expect(ByteCount.text(byteCount) == text)
    }

    @Test("Says how much space is needed, how much is free, and where, even before the folder exists")
    func saysShortage() throws {
        let folder = try TemporaryFolder().url.appending(path: "not/there")
        #expect(FolderSpace.shortage(of: 1, in: folder, for: "It") == nil)
        let free = try #require(FolderSpace.available(at: folder))
        #expect(free > 0)
        let words = try #require(FolderSpace.shortage(of: 1 << 60, in: folder, for: "It"))
        #expect(words.hasPrefix("It needs 1.2 EB in \(folder.path), whose disk has "))
    }
}
