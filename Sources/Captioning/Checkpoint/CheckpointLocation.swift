public import Foundation

/// Where a checkpoint is to be found: in a folder that was named, or in the one that comes with the program.
public struct CheckpointLocation: Sendable {
    /// The demo checkpoint's place, below the program's own folder or one of the folders above it.
    public static let demoFolder = "Models/demo"

    private let name: String

    /// - Parameter name: a folder; ``demoFolder`` is found wherever the program runs.
    public init(_ name: String) {
        self.name = name
    }

    /// Whether a folder is the demo checkpoint's.
    public static func isDemo(_ folder: URL) -> Bool {
        folder.resolvingSymlinksInPath().path == (try? demo())?.resolvingSymlinksInPath().path
    }

    /// The folder with the checkpoint's files.
    /// - Throws: ``CheckpointError`` that says where was looked, where there is none.
    public func folder() throws(CheckpointError) -> URL {
        if name == Self.demoFolder { return try Self.demo() }
        let folder = URL(fileURLWithPath: (name as NSString).expandingTildeInPath)
        guard Self.holdsCheckpoint(folder) else {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            if let kind = ForeignCheckpoint.kind(of: files) {
                throw CheckpointError(.missingFile, "\(folder.path) is no checkpoint: it \(kind)")
            }
            throw CheckpointError(
                .missingFile,
                "There is no checkpoint in \(folder.path): it has no config.json. Give the folder of a checkpoint "
                    + "as Hugging Face stores it, or a model's name on the Hub, such as Salesforce/blip2-opt-2.7b."
            )
        }
        return folder
    }

    private static func demo() throws(CheckpointError) -> URL {
        if let found = near(demoFolder) { return found }
        throw CheckpointError(
            .missingFile,
            "The demo checkpoint was not found; looked at \(places(demoFolder).map(\.path).joined(separator: ", ")). "
                + "Set MODEL_ID to the folder of a checkpoint, or to a model's name on the Hub.")
    }

    /// A folder with a checkpoint that came with the program: below the working folder, or below the program's folder or any
    /// above it. Nil where there is none.
    public static func near(_ folder: String) -> URL? { places(folder).first(where: holdsCheckpoint) }

    private static func places(_ name: String) -> [URL] {
        var places = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        while let place = folder {
            places.append(place)
            folder = place.path == "/" ? nil : place.deletingLastPathComponent()
        }
        return places.map { $0.appendingPathComponent(name) }
    }

    private static func holdsCheckpoint(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path)
    }
}
