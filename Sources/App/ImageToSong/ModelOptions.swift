import ArgumentParser
import Blip2
import Devices
import Foundation
import Networks
import Pipeline

/// The options of every command that loads a model. What is not given comes from the settings.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A Hugging Face folder with a BLIP-2 checkpoint, or its name on the Hub; MODEL_ID, else the demo checkpoint.",
            valueName: "DIR|ID"))
    var model: String?

    @Option(help: "The arithmetic: \(Precision.settings.joined(separator: ", ")); PRECISION, else auto.")
    var precision: String?

    @Option(
        help: ArgumentHelp(
            "What runs the networks: auto, a GPU if there is one and USE_GPU does not forbid it; cpu; or gpu, or nothing.",
            valueName: "auto|cpu|gpu"))
    var device: Device = .auto

    enum Device: String, ExpressibleByArgument, CaseIterable {
        case auto, cpu, gpu
    }

    func validate() throws {
        do {
            if let precision {
                _ = try Precision(setting: precision)
                if device == .gpu { try Execution.checkForGPU(precision: precision) }
            }
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// Loads the model, and shows how far fetching and compiling have come if these must happen first.
    /// - Parameter captions: whether it is to caption pictures, and so needs a tokenizer and a picture processor.
    func load(_ settings: Settings, captions: Bool = true) async throws -> Blip2Model {
        try load(settings, from: try await checkpoint(settings), captions: captions)
    }

    /// The folder of the checkpoint, which is fetched first where it is on the Hub.
    func checkpoint(_ settings: Settings) async throws -> URL {
        let name = model ?? settings.modelID
        return try await ModelSource(name).checkpoint(
            modelCache: URL(fileURLWithPath: settings.modelCacheDirectory), report: TransferLine(name).report)
    }

    /// The device and the arithmetic. What somebody did not ask for is said on standard error.
    private func execution(_ settings: Settings) throws -> Execution {
        let preference: DevicePreference =
            switch device {
            case .auto: settings.devicePreference(asked: try LoadedSettings.load().isInEnvironment("USE_GPU"))
            case .cpu: .cpu
            case .gpu: .gpu
            }
        return try Execution.choose(precision: precision ?? settings.precision, device: preference) { note in
            if note.isWarning { complain(note.text) }
        }
    }

    /// Loads the model from its folder.
    func load(_ settings: Settings, from folder: URL, captions: Bool = true) throws -> Blip2Model {
        let checkpoint = try Blip2Checkpoint(folder)
        if captions { try Blip2CaptionModel.check(checkpoint) }
        let progress = ProgressLine("Compiling \(model ?? settings.modelID)")
        let model = try Blip2Model(
            checkpoint, cache: URL(fileURLWithPath: settings.modelCacheDirectory),
            execution: try execution(settings), progress: progress.update,
            waiting: { complain("Another process is compiling \(folder.lastPathComponent); waiting for it.") })
        if let file = model.compiled.wasDamaged { complain("\(file) was damaged; the model was compiled anew.") }
        return model
    }
}
