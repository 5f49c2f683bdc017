import Foundation

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
