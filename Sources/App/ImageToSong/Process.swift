import ArgumentParser
import Colour
import Console
import Foundation
import Imaging
import Moods
import Server
import Serving
import Settings

struct Process: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the dominant colours of pictures, and makes small JPEGs.",
        discussion: """
            Prints for each picture its name, its size and that of a JPEG that fits into TARGET_IMAGE_WIDTH × \
            TARGET_IMAGE_HEIGHT, and its dominant colours. A picture that cannot be read is named on standard error \
            and does not stop the others.
            """)

    @Argument(help: ArgumentHelp("JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF files.", valueName: "PICTURE"))
    var pictures: [String]

    @Flag(help: "Print one JSON object per picture, each on its own line.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "The folder to write the JPEGs to; it is made if it is missing. No file is overwritten.", valueName: "DIR"))
    var out: String?

    func run() async throws {
        let settings = try Settings.load()
        let target = (width: settings.targetImageWidth, height: settings.targetImageHeight)
        let folder = try out.map(OutputFolder.init)
        var hasFailed = false
        for path in pictures {
            do {
                let start = ContinuousClock.now
                let picture = try ProcessedPicture(
                    try PictureFile.bytes(path), within: PictureFile.limits(settings), fitting: target)
                let written = try folder?.write(picture.jpeg.bytes, as: path)
                try say(picture, path, written, took: ContinuousClock.now - start)
            } catch {
                hasFailed = true
                complain("\(path): \(error)")
                if json { print(try jsonLine(Failure(file: path, error: "\(error)"))) }
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    private func say(_ picture: ProcessedPicture, _ path: String, _ written: String?, took: Duration) throws {
        if json {
            let name = URL(fileURLWithPath: path).lastPathComponent
            let answer = ProcessAnswer(picture, fileName: name, total: took)
            return print(try jsonLine(Answer(answer: answer, file: path, out: written)))
        }
        let original = picture.original
        print(path)
        print(
            "  \(original.format.uppercased()) \(original.width) × \(original.height), \(original.byteCount) bytes → "
                + "JPEG \(picture.width) × \(picture.height), \(picture.jpeg.bytes.count) bytes")
        for colour in picture.palette {
            print(String(format: "  %@ %5.1f %%  %@", colour.colour.hex, colour.share * 100, colour.name))
        }
        let areas = picture.palette.map(ColourMood.Area.init)
        print("  mood: \(MoodReader().mood(caption: nil, palette: areas).sentence)")
        if let written { print("  written to \(written)") }
    }

    /// One line of JSON: what the server answers, and which file it is about.
    private struct Answer: Encodable {
        let answer: ProcessAnswer
        let file: String
        /// Where the JPEG was written.
        let out: String?

        enum CodingKeys: String, CodingKey {
            case file, out
        }

        func encode(to encoder: any Encoder) throws {
            try answer.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(file, forKey: .file)
            try container.encodeIfPresent(out, forKey: .out)
        }
    }

    /// The line of a picture that cannot be read.
    private struct Failure: Encodable {
        let success = false
        let file: String
        let error: String
    }
}

/// A folder that results are written to, where no file is ever overwritten: neither an input nor an earlier result.
struct OutputFolder {
    private let folder: URL

    /// The folder at `path`, made where it is missing.
    init(_ path: String) throws(CommandError) {
        folder = URL(fileURLWithPath: path, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandError("The folder \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Writes a JPEG under the name of the picture it was made from, with a number where that name is taken.
    ///
    /// - Returns: the path of the file.
    func write(_ bytes: [UInt8], as picture: String) throws(CommandError) -> String {
        let stem = URL(fileURLWithPath: picture).deletingPathExtension().lastPathComponent
        for number in 1...10_000 {
            let file = folder.appendingPathComponent(number == 1 ? "\(stem).jpg" : "\(stem)-\(number).jpg")
            do {
                try Data(bytes).write(to: file, options: .withoutOverwriting)
                return file.relativePath
            } catch CocoaError.fileWriteFileExists {
                continue
            } catch {
                throw CommandError("\(file.path) cannot be written: \(error.localizedDescription)")
            }
        }
        throw CommandError("\(folder.path) has too many files called \(stem): choose another folder.")
    }
}
