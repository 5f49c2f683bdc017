import ArgumentParser
import Checkpoint
import Console
import Foundation
import Hub

extension Models {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the models in the cache.",
            discussion: """
                The last use is when this program last loaded the model. Use by other programs does not count.
                """)

        @Flag(help: "Print one JSON object per model, each on its own line.")
        var json = false

        func run() async throws {
            let shelf = try Shelf()
            let rows = shelf.hub.cache.snapshots().map { snapshot in
                Row(
                    snapshot, precisions: shelf.compiled.precisions(of: snapshot),
                    lastUse: shelf.uses.lastUse(snapshot))
            }
            if json {
                for row in rows { print(try jsonLine(row)) }
            } else if rows.isEmpty {
                complain("There are no models in \(shelf.hub.cache.folder.path).")
            } else {
                print(Row.table(rows))
            }
        }
    }

    /// One revision of a model.
    struct Row: Encodable {
        let name: String
        let revision: String
        /// The branches and tags that stood for it when they were last fetched.
        let references: [String]
        let bytes: Int
        let precisions: [String]
        /// ISO 8601, UTC; nil where this program never loaded it.
        let lastUse: String?
        /// What captioning needs and is not there.
        let missingFiles: [String]
        let folder: String

        enum CodingKeys: String, CodingKey {
            case name, revision, references, bytes, precisions, folder
            case lastUse = "last_use"
            case missingFiles = "missing_files"
        }

        init(_ snapshot: CachedSnapshot, precisions: [String], lastUse: Date?) {
            name = "\(snapshot.name)"
            revision = "\(snapshot.commit)"
            references = snapshot.references
            bytes = snapshot.byteCount
            self.precisions = precisions
            self.lastUse = lastUse.map { $0.formatted(.iso8601) }
            missingFiles = snapshot.missingFiles
            folder = snapshot.folder.path
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(revision, forKey: .revision)
            try container.encode(references, forKey: .references)
            try container.encode(bytes, forKey: .bytes)
            try container.encode(precisions, forKey: .precisions)
            // Written as null, rather than left out, so that every line has the same keys.
            try container.encode(lastUse, forKey: .lastUse)
            try container.encode(missingFiles, forKey: .missingFiles)
            try container.encode(folder, forKey: .folder)
        }

        static func table(_ rows: [Row]) -> String {
            Models.table([["MODEL", "REVISION", "SIZE", "COMPILED", "LAST USE"]] + rows.map(\.cells))
        }

        private var cells: [String] {
            let short = String(revision.prefix(12))
            let compiled = missingFiles.isEmpty ? precisions.joined(separator: ",") : "(incomplete)"
            return [
                name, references.isEmpty ? short : "\(short) (\(references.joined(separator: ", ")))",
                ByteCount.text(bytes), compiled.isEmpty ? "–" : compiled, lastUse ?? "never here",
            ]
        }
    }
}
