package import ArgumentParser

/// `bench`: what the program takes of this machine.
package struct Bench: ParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Measures the program on this machine; by default, captions.",
        subcommands: [
            BenchCaption.self, BenchTurns.self, BenchPixels.self, BenchGeneration.self, BenchSongs.self,
            BenchMakeCheckpoint.self,
        ], defaultSubcommand: BenchCaption.self)

    package init() {}
}
