import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures the program on this machine: captions, unless told otherwise.",
        subcommands: [
            BenchCaption.self, BenchTurns.self, BenchPixels.self, BenchGeneration.self, BenchSongs.self,
            BenchMakeCheckpoint.self,
        ], defaultSubcommand: BenchCaption.self)
}
