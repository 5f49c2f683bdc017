import ArgumentParser
import Captioning
import Console
import Foundation
import Serving
import Settings

struct BenchTurns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turns",
        abstract: "Captions once per line of standard input, to compare with another program.",
        discussion: """
            Loads the model and prints one JSON object with the time that took and the memory. Then each line names a \
            number of pictures and a number of beams, such as "4 1": it captions that many pictures together and \
            prints one JSON object with the seconds. The caller decides when each program takes its turn.
            """)

    @OptionGroup var options: BenchOptions

    func run() async throws {
        let (loaded, bench, load) = try await options.load(try Settings.load(), again: 0)
        try say(Ready(load: load, precision: loaded.description.placement.precision))
        while let line = readLine() {
            let numbers = line.split(separator: " ").map { Int($0) ?? 0 }
            guard numbers.count == 2, numbers.allSatisfy({ (1...1024).contains($0) }) else {
                throw CommandError(
                    "\"\(line)\" is no number of pictures and number of beams, each 1 to 1024, such as \"4 1\".")
            }
            let turn = try bench.turn(CaptionWay(pictures: numbers[0], beams: numbers[1]))
            try say(Taken(seconds: turn.total, memory: .now))
        }
    }

    /// Prints a line that whoever reads through a pipe gets at once.
    private func say(_ answer: some Encodable) throws {
        print(try jsonLine(answer))
        fflush(nil)
    }

    private struct Ready: Encodable {
        let load: LoadMeasurement
        let precision: String
    }

    private struct Taken: Encodable {
        let seconds: Double
        let memory: ResidentMemory?
    }
}
