import ArgumentParser
import Blip2
import Checkpoint
import Foundation
import Pipeline

/// The options of every command that loads a model. What is not given comes from the settings.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A Hugging Face folder with a BLIP-2 checkpoint; MODEL_ID, else the demo checkpoint.", valueName: "DIR"))
    var model: String?

    @Option(help: "The arithmetic: auto or fp32; PRECISION, else auto.")
    var precision: String?

    @Option(help: "What runs the networks: auto or cpu.")
    var device: String = "auto"

    func validate() throws {
        do {
            if let precision { _ = try Precision(setting: precision) }
        } catch {
            throw ValidationError(error.message)
        }
        guard ["auto", "cpu"].contains(device) else {
            throw ValidationError("There is no device \"\(device)\"; it may be auto or cpu.")
        }
    }

    /// Loads the model, and shows how far compiling has come if it must be compiled first.
    func load(_ settings: Settings) throws -> Blip2Model {
        let folder = try CheckpointLocation(model ?? settings.modelID).folder()
        let progress = ProgressLine("Compiling \(folder.lastPathComponent)")
        return try Blip2Model(
            folder: folder, cache: URL(fileURLWithPath: settings.modelCacheDirectory),
            precision: try Precision(setting: precision ?? settings.precision), progress: progress.update,
            waiting: { complain("Another process is compiling \(folder.lastPathComponent); waiting for it.") })
    }
}
