import Checkpoint
import Foundation
import Networks
import StandIns
import Testing

@testable import Blip2

@Suite("preprocessor_config.json")
struct ConfigurationOfPicturesTests {
    @Test(
        "The image processor's configuration equals what transformers reads from the same file",
        arguments: try ConfigurationFixture.all("processors"))
    func likeTransformers(_ fixture: ConfigurationFixture) throws {
        let processor = try ImageProcessorConfiguration(fixture.file)
        let expected = fixture.expected
        #expect(try processor.doConvertRGB == expected.boolean("do_convert_rgb"))
        #expect(try processor.doResize == expected.boolean("do_resize"))
        #expect(try processor.resampling.rawValue == expected.integer("resample"))
        #expect(try processor.doCenterCrop == expected.boolean("do_center_crop") ?? false)
        #expect(try processor.doRescale == expected.boolean("do_rescale"))
        #expect(try processor.rescaleFactor == expected.number("rescale_factor"))
        #expect(try processor.doNormalize == expected.boolean("do_normalize"))
        #expect(try processor.mean == expected.numbers("image_mean"))
        #expect(try processor.std == expected.numbers("image_std"))

        let size = try #require(try expected.section("size"))
        switch processor.size {
        case .exact(let width, let height):
            #expect(try width == size.integer("width") && height == size.integer("height"))
        case .shortestEdge(let edge):
            #expect(try edge == size.integer("shortest_edge"))
        }
        let result = try expected.section("crop_size") ?? size
        #expect(try processor.width == result.integer("width") && processor.height == result.integer("height"))
    }

    @Test("Without a preprocessor file, uses the class's defaults at the model's own image size")
    func missingFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("{}".utf8).write(to: folder.appending(path: "config.json"))

        let without = try ImageProcessorConfiguration(CheckpointFolder(folder), imageSize: 56)
        #expect(without.size == .exact(width: 56, height: 56) && without.resampling == .bicubic)
        try Data(#"{"size": 48}"#.utf8).write(to: folder.appending(path: "preprocessor_config.json"))
        let with = try ImageProcessorConfiguration(CheckpointFolder(folder), imageSize: 56)
        #expect(with.size == .exact(width: 48, height: 48))
    }

    @Test("CLIP's processor crops where it is not told otherwise, BLIP's does not")
    func crops() throws {
        let size = #""size": {"height": 48, "width": 48}, "crop_size": {"height": 32, "width": 32}"#
        func side(_ type: String, _ more: String = "") throws -> Int {
            try ImageProcessorConfiguration(.example("{\"image_processor_type\": \"\(type)\", \(size)\(more)}")).width
        }
        #expect(try side("CLIPImageProcessor") == 32 && side("BlipImageProcessor") == 48)
        #expect(try side("CLIPImageProcessor", #", "do_center_crop": false"#) == 48)
    }

    @Test("Reads a list as height and width, and null as not given")
    func spellings() throws {
        let list = try ImageProcessorConfiguration(.example(#"{"size": [48, 80], "do_resize": null}"#))
        #expect(list.width == 80 && list.height == 48 && list.doResize)
        let null = try ImageProcessorConfiguration(.example(#"{"size": null, "image_mean": 0.5}"#))
        #expect(null.width == 384 && null.mean == [0.5, 0.5, 0.5])
    }
}
