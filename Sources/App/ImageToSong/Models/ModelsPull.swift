import ArgumentParser
import Checkpoint
import Console
import Foundation
import Hub
import Serving

extension Models {
    struct Pull: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Downloads a model, or what has changed in it.",
            discussion: """
                Downloads only what captioning needs: configuration, tokenizer and weights. These are safetensors, on \
                main or in the pull request of the Hub's conversion bot, else pytorch_model.bin. Resumes an interrupted \
                download. Prints the folder with the files.
                """)

        @Argument(
            help: ArgumentHelp(
                "A model's name, short or as on the Hub, optionally with @ and a branch, tag or commit.",
                valueName: "ID"),
            transform: { try ModelReference(typed: $0) })
        var model: ModelReference

        func run() async throws {
            let shelf = try Shelf()
            if let cached = shelf.hub.cachedSnapshot(model), shelf.hub.environment.isOffline,
                cached.missingFiles.isEmpty
            {
                complain("HF_HUB_OFFLINE forbids the network; whether \(model) is the newest was not asked.")
                return print(cached.folder.path)
            }
            let snapshot = try await shelf.hub.pull(model, report: TransferLine("\(model)").report)
            complain("\(model) is commit \(snapshot.commit.short), \(ByteCount.text(snapshot.byteCount)).")
            print(snapshot.folder.path)
        }
    }
}
