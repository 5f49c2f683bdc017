import ArgumentParser
import Checkpoint
import Console
import Foundation
import Settings
import Workbench

/// The command line: results on standard output, everything else on standard error.
///
/// Exit status 0: all well; 1: something failed, each failure named; 2: wrong usage.
@main
struct ImageToSong: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image-to-song",
        abstract: "Looks at pictures, says what they show, and finds songs that fit.",
        version: Release.version,
        subcommands: [
            Serve.self, Caption.self, Match.self, SongsCommand.self, Process.self, Models.self, Health.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Checks and measurements", subcommands: [SelfTest.self, Parity.self, Compare.self, Bench.self])
        ])

    static func main() async {
        MappedFaults.explain()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            finish(with: error)
        }
    }

    /// Says what went wrong, or shows the help that was asked for, and ends the process with the status for it.
    private static func finish(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if code == .success {
            print(fullMessage(for: error))
            Foundation.exit(0)
        }
        if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
        if code == .validationFailure {
            complain(fullMessage(for: error))
            Foundation.exit(2)
        }
        complain("image-to-song: \(error)")
        Foundation.exit(1)
    }
}
