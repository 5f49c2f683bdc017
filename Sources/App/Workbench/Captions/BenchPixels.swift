import ArgumentParser
import Concurrency
import Console
import Foundation
import Imaging
import Serving

struct BenchPixels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixels",
        abstract: "Times decoding and preparing pictures for BLIP-2.",
        discussion:
            "Prints one JSON object per picture, each on its own line: file, width, height and median time.")

    @Argument(help: ArgumentHelp("The picture files.", valueName: "PICTURE"))
    var pictures: [String]

    @Option(help: "The model's input size, in pixels.")
    var size = 224

    @Option(help: "How to read pictures: display or transformers.", transform: PictureRules.named)
    var rules = PictureRules.display

    @Option(name: .customLong("repeat"), help: "How often to prepare each picture.")
    var repetitions = 1

    @Option(help: "Write the pixels into this file: little-endian 32-bit floats, [3, S, S] per picture, without gaps.")
    var output: String?

    func validate() throws {
        guard repetitions >= 1 else { throw ValidationError("--repeat may be 1 or more.") }
    }

    func run() throws {
        var pixels = Data()
        var hasFailed = false
        for path in pictures {
            do {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                let (result, answer) = try measure(path, bytes)
                result.withUnsafeBytes { pixels.append(contentsOf: $0) }
                print(try jsonLine(answer))
            } catch {
                hasFailed = true
                print(try jsonLine(Answer(picture: path, error: "\(error)")))
            }
        }
        if let output { try pixels.write(to: URL(fileURLWithPath: output)) }
        if hasFailed { throw ExitCode(1) }
    }

    private func measure(_ path: String, _ bytes: [UInt8]) throws -> ([Float], Answer) {
        let clock = ContinuousClock()
        var preparation = PixelPreparation(width: size, height: size)
        preparation.rules = rules
        var pixels: [Float] = []
        var answer = Answer(picture: path)
        let times = try (0..<repetitions).map { _ in
            try clock.measure {
                let picture = try Picture(bytes: bytes, limits: PictureLimits(maximumByteCount: 1 << 30))
                pixels = try picture.pixels(preparation)
                (answer.width, answer.height) = (picture.width, picture.height)
            }
        }
        answer.medianMilliseconds = times.map(\.inMilliseconds).median
        return (pixels, answer)
    }

    private struct Answer: Encodable {
        var picture: String
        var width: Int?
        var height: Int?
        var medianMilliseconds: Double?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case picture, width, height, error
            case medianMilliseconds = "median_ms"
        }
    }
}
