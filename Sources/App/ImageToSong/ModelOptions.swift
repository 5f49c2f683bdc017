import ArgumentParser
import Blip2
import Devices
import Foundation
import Generation
import ModelRegistry
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
    func captioner(_ settings: Settings) async throws -> GenerativeCaptionModel {
        try captioner(settings, from: try await checkpoint(settings))
    }

    /// As ``captioner(_:)``, from the checkpoint's folder.
    func captioner(_ settings: Settings, from folder: URL) throws -> GenerativeCaptionModel {
        let checkpoint = try ModelRegistry.standard.checkpoint(folder)
        try checkpoint.checkCaptions()
        let model = try GenerativeCaptionModel(
            checkpoint, name: model ?? settings.modelID, cache: URL(fileURLWithPath: settings.modelCacheDirectory),
            execution: try execution(settings), progress: progress(settings), waiting: { sayWaiting(folder) })
        if let file = model.compiledModel?.wasDamaged { sayDamaged(file) }
        return model
    }

    /// Loads BLIP-2's networks, for the commands that look into them.
    /// - Parameter captions: whether it is to caption pictures, and so needs a tokenizer and a picture processor.
    func blip2(_ settings: Settings, captions: Bool = true) async throws -> Blip2Model {
        try blip2(settings, from: try await checkpoint(settings), captions: captions)
    }

    /// As ``blip2(_:captions:)``, from the checkpoint's folder.
    func blip2(_ settings: Settings, from folder: URL, captions: Bool = true) throws -> Blip2Model {
        let checkpoint = try Blip2Checkpoint(folder)
        if captions { try checkpoint.checkCaptions() }
        let model = try Blip2Model(
            checkpoint, cache: URL(fileURLWithPath: settings.modelCacheDirectory),
            execution: try execution(settings), progress: progress(settings), waiting: { sayWaiting(folder) })
        if let file = model.compiled.wasDamaged { sayDamaged(file) }
        return model
    }

    private func progress(_ settings: Settings) -> (Double) -> Void {
        ProgressLine("Compiling \(model ?? settings.modelID)").update
    }

    private func sayWaiting(_ folder: URL) {
        complain("Another process is compiling \(folder.lastPathComponent); waiting for it.")
    }

    private func sayDamaged(_ file: String) {
        complain("\(file) was damaged; the model was compiled anew.")
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
}
