import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures parts of the program on this machine.",
        subcommands: [BenchPixels.self, BenchGeneration.self, BenchMakeCheckpoint.self])
}
