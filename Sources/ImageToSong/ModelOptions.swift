import ArgumentParser
import Blip2
import Foundation
import Pipeline

/// The options of every command that loads a model. What is not given comes from the settings.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A Hugging Face folder with a BLIP-2 checkpoint, or its name on the Hub; MODEL_ID, else the demo checkpoint.",
            valueName: "DIR|ID"))
    var model: String?

    @Option(help: "The arithmetic: auto, fp32, int8 or int4; PRECISION, else auto.")
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

    /// Loads the model, and shows how far fetching and compiling have come if these must happen first.
    func load(_ settings: Settings) async throws -> Blip2Model {
        try load(settings, from: try await checkpoint(settings))
    }

    /// The folder of the checkpoint, which is fetched first where it is on the Hub.
    func checkpoint(_ settings: Settings) async throws -> URL {
        let name = model ?? settings.modelID
        return try await ModelSource(name).checkpoint(
            modelCache: URL(fileURLWithPath: settings.modelCacheDirectory), report: TransferLine(name).report)
    }

    /// Loads the model from its folder.
    func load(_ settings: Settings, from folder: URL) throws -> Blip2Model {
        let progress = ProgressLine("Compiling \(model ?? settings.modelID)")
        return try Blip2Model(
            folder: folder, cache: URL(fileURLWithPath: settings.modelCacheDirectory),
            precision: try Precision(setting: precision ?? settings.precision), progress: progress.update,
            waiting: { complain("Another process is compiling \(folder.lastPathComponent); waiting for it.") })
    }
}
