import Foundation

extension Settings {
    /// Where the catalogue of songs is, and what the operator should know about that.
    public struct CatalogueLocation: Sendable, Equatable {
        public let path: String
        /// A sentence; nil for nothing.
        public let notice: String?
    }

    /// The file that SONG_CATALOGUE names; else `image-to-song/songs.sqlite` where this user's data belongs (XDG_DATA_HOME, else
    /// `~/.local/share`), so that it is the same one from whatever folder the program is run.
    ///
    /// Older versions kept it in ``modelCacheDirectory``. One that is there is used as long as there is none in the new place.
    public var songCatalogueLocation: CatalogueLocation {
        songCatalogueLocation(in: ProcessInfo.processInfo.environment)
    }

    /// - Parameter environment: with XDG_DATA_HOME and HOME.
    func songCatalogueLocation(in environment: [String: String]) -> CatalogueLocation {
        guard songCatalogue.isEmpty else { return CatalogueLocation(path: songCatalogue, notice: nil) }
        // The specification of XDG has relative paths ignored.
        let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let path = "\(data ?? home.map { "\($0)/.local/share" } ?? "./data")/image-to-song/songs.sqlite"
        let former = "\(modelCacheDirectory)/songs.sqlite"
        let files = FileManager.default
        guard files.fileExists(atPath: former), !files.fileExists(atPath: path) else {
            return CatalogueLocation(path: path, notice: nil)
        }
        return CatalogueLocation(
            path: former,
            notice:
                "The catalogue of songs is still in the folder of the model cache, \(former). It is used from there; to keep it "
                + "apart from what may be removed, stop the server and move it, and its -wal file, to \(path).")
    }
}
