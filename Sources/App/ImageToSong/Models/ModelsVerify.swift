import ArgumentParser
import Foundation
import Hub
import Networks

extension Models {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hashes the files of models again, and what was compiled from them.",
            discussion: """
                Each file that is damaged, missing, or cannot be checked is named; exit status 1 if there is one. \
                `models remove` and `models pull` bring a damaged model back. A file cannot be checked where nothing in the \
                cache says which hash it should have, as in a copy of the cache without its blobs; `models pull` compares \
                it with the Hub, and writes the hash down. A compiled model that is damaged is out of the way \
                from then on, and the next start compiles it anew.
                """)

        @Argument(
            help: ArgumentHelp(
                "A model's name, perhaps with @ and a revision; all of them by default.", valueName: "ID"),
            transform: { try ModelReference($0) })
        var model: ModelReference?

        func run() async throws {
            let shelf = try Shelf()
            let snapshots =
                try model.map { (model) throws(HubError) in try shelf.hub.cache.snapshots(model) }
                ?? shelf.hub.cache.snapshots()
            // Without a name all compiled models are checked, those of folders beside the cache included.
            let copies = model == nil ? nil : Set(snapshots.compactMap(shelf.compiled.copy).map(\.path))
            var hasFailed = false
            for snapshot in snapshots {
                let title = "\(snapshot.name)@\(snapshot.commit.short)"
                let progress = ProgressLine("Checking \(title)")
                let total = max(1, snapshot.byteCount)
                var count = 0
                let findings = try snapshot.findings { read in
                    count += read
                    progress.update(min(1, Double(count) / Double(total)))
                }
                for finding in findings { print("\(title): \(finding.file) is \(finding.problem.rawValue)") }
                print("\(title): \(Self.summary(snapshot, findings))")
                hasFailed = hasFailed || !findings.isEmpty
            }
            let compilations = CompiledModel.all(in: shelf.modelCache).filter { compiled in
                copies?.contains(compiled.folder.deletingLastPathComponent().path) ?? true
            }
            for compiled in compilations { hasFailed = !check(compiled) || hasFailed }
            if snapshots.isEmpty, compilations.isEmpty {
                complain("There are no models in \(shelf.hub.cache.folder.path).")
            }
            if hasFailed { throw ExitCode(1) }
        }

        /// How many files are right, and what to do about those of which nobody knows.
        private static func summary(_ snapshot: CachedSnapshot, _ findings: [FileFinding]) -> String {
            guard !findings.isEmpty else { return "all \(snapshot.files.count) files are as they should be" }
            let named = Set(findings.map(\.file))
            let right = snapshot.files.count { !named.contains($0) }
            let start = "\(right) of \(Set(snapshot.files).union(named).count) files are as they should be"
            let unverified = findings.count { $0.problem == .unverified }
            guard unverified > 0 else { return start }
            return "\(start); of \(unverified) nothing here says what they should be: `image-to-song models pull "
                + "\(snapshot.name)@\(snapshot.commit)` compares them with the Hub"
        }

        /// Whether a compiled model is as it was written.
        private func check(_ compiled: CompiledModel) -> Bool {
            let title = "\(compiled.source), compiled in \(compiled.folder.lastPathComponent)"
            let progress = ProgressLine("Checking \(title)")
            let total = Double(max(1, compiled.byteCount))
            var count = 0
            do {
                try compiled.check { read in
                    count += read
                    progress.update(min(1, Double(count) / total))
                }
                print("\(title): all \(compiled.fileCount) files are as they should be")
                return true
            } catch {
                print("\(title): \(error.message)")
                return false
            }
        }
    }
}
