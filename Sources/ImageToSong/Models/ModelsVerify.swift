import ArgumentParser
import Foundation
import Hub

extension Models {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hashes the files of models again.",
            discussion: """
                Each file that is damaged or missing is named; exit status 1 if there is one. \
                `models remove` and `models pull` bring a damaged model back.
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
                if findings.isEmpty { print("\(title): all \(snapshot.files.count) files are as they should be") }
                hasFailed = hasFailed || !findings.isEmpty
            }
            if snapshots.isEmpty { complain("There are no models in \(shelf.hub.cache.folder.path).") }
            if hasFailed { throw ExitCode(1) }
        }
    }
}
