import ArgumentParser
import Console
import Foundation
import Hub
import Networks
import Serving

extension Models {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks the files of models, and of models compiled from them, by their hashes.",
            discussion: """
                Names each file that is damaged, missing or cannot be checked; the exit status is then 1. `models \
                remove` and `models pull` replace a damaged model. A file cannot be checked if nothing in the cache \
                says which hash it should have, as in a copy of the cache without its blobs; `models pull` compares \
                it with the Hub and records the hash. A damaged compiled model is not used any more, and the next \
                start compiles it again.
                """)

        @Argument(
            help: ArgumentHelp(
                "A model's name, short or as on the Hub, optionally with @ and a revision. By default all models.",
                valueName: "ID"),
            transform: { try ModelReference(typed: $0) })
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
