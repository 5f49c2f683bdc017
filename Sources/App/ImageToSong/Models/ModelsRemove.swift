import ArgumentParser
import Checkpoint
import Console
import Foundation
import Hub
import Serving

extension Models {
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a model and what was compiled from it.",
            discussion: """
                Without a revision, removes all revisions of the model. Keeps files that another revision shares. \
                Removes what was compiled too, unless another model in the cache has the same weights.
                """)

        @Argument(
            help: ArgumentHelp(
                "A model's name, short or as on the Hub, optionally with @ and a branch, tag or commit.",
                valueName: "ID"),
            transform: { try ModelReference(typed: $0) })
        var model: ModelReference

        @Flag(help: "Remove without asking.")
        var yes = false

        func run() async throws {
            let shelf = try Shelf()
            let cache = shelf.hub.cache
            let doomed = try cache.snapshots(model)
            for snapshot in doomed {
                complain("\(snapshot.name)@\(snapshot.commit.short), \(ByteCount.text(snapshot.byteCount))")
            }
            guard yes || ask() else { throw CommandError("Nothing was removed.") }

            // Before the files go: what was compiled is known by them.
            let copies = Set(doomed.compactMap(shelf.compiled.copy))
            let freed = try cache.remove(doomed)
            let kept = copies.isEmpty ? [] : Set(cache.snapshots().compactMap(shelf.compiled.copy))
            for copy in copies.subtracting(kept) { try FileManager.default.removeItem(at: copy) }
            doomed.forEach(shelf.uses.remove)
            complain("\(model) is removed; \(ByteCount.text(freed)) of its files are free.")
        }

        /// Asks on a terminal; elsewhere nobody could answer.
        private func ask() -> Bool {
            guard isatty(FileHandle.standardInput.fileDescriptor) == 1 else {
                complain("There is no terminal to ask on: give --yes to remove it.")
                return false
            }
            try? FileHandle.standardError.write(contentsOf: Data("Remove this? [y/N] ".utf8))
            return ["y", "yes"].contains(readLine()?.lowercased())
        }
    }
}
