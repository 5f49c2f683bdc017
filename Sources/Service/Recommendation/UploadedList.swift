public import Foundation
public import Serving

/// A list that somebody sends: a file without a name, so that nothing of it stays when the process ends, however that happens.
public final class UploadedList: Sendable {
    private static let beginning = "image-to-song-import-"
    private let file: FileHandle

    /// Makes an empty one on the disk of a folder.
    init(folder: String) throws(ServingError) {
        var name = Array("\(folder)/.\(Self.beginning)XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Self.unkept() }
        unlink(name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Writes bytes behind those that are there. The page cache takes them, so that this hardly blocks.
    public func append(_ bytes: some DataProtocol) throws(ServingError) {
        do {
            try file.write(contentsOf: bytes)
        } catch {
            throw Self.unkept(error)
        }
    }

    /// The file, to be read from its beginning.
    var content: FileHandle { file }

    private static func unkept(_ cause: (any Error)? = nil) -> ServingError {
        ServingError(
            .internalFailure, "The list could not be kept here; its disk may be full. Tell the operator.", cause: cause)
    }

    /// Removes what older versions, or a process that was killed at the wrong moment, left in some folders.
    static func sweep(_ folders: [String]) {
        let files = FileManager.default
        for folder in Set(folders) {
            for name in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                guard name.hasPrefix(beginning) || name.hasPrefix(".\(beginning)") else { continue }
                unlink("\(folder)/\(name)")
            }
        }
    }
}
