package import ArgumentParser
import Devices
package import Foundation
package import Generation
package import ModelRegistry
import Networks
package import Recommendation
import Serving
package import Settings

/// The options of every command that loads a model. What is not given comes from the settings.
package struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A checkpoint's folder, a short name of `models available`, or a name on the Hub. By default MODEL_ID, or the demo.",
            valueName: "DIR|NAME"))
    package var model: String?

    @Option(help: "The precision: \(Precision.settings.joined(separator: ", ")). By default PRECISION, or auto.")
    package var precision: String?

    @Option(
        help: ArgumentHelp(
            "Where to run the model: auto uses a GPU if there is one and USE_GPU allows it; gpu fails without one.",
            valueName: "auto|cpu|gpu"))
    package var device: Device = .auto

    package enum Device: String, ExpressibleByArgument, CaseIterable {
        case auto, cpu, gpu
    }

    package init() {}

    package func validate() throws {
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
    package func captioner(_ settings: Settings) async throws -> GenerativeCaptionModel {
        try captioner(settings, from: try await checkpoint(settings))
    }

    /// As ``captioner(_:)``, from the checkpoint's folder.
    package func captioner(_ settings: Settings, from folder: URL) throws -> GenerativeCaptionModel {
        let checkpoint = try ModelRegistry.standard.checkpoint(folder)
        try checkpoint.checkCaptions()
        let model = try GenerativeCaptionModel(
            checkpoint, name: name(settings), published: try ModelSource(name(settings)).published,
            cache: URL(fileURLWithPath: settings.modelCacheDirectory), execution: try execution(settings),
            progress: progress(settings), waiting: { sayWaiting(folder) })
        if let file = model.compiledModel?.wasDamaged { sayDamaged(file) }
        return model
    }

    /// Loads a model's networks, for the commands that look into them.
    /// - Parameter captions: whether it is to caption pictures, and so needs a tokenizer and a picture processor.
    package func networks(_ settings: Settings, captions: Bool = true) async throws -> any VisionLanguageModel {
        try networks(settings, from: try await checkpoint(settings), captions: captions)
    }

    /// As ``networks(_:captions:)``, from the checkpoint's folder.
    package func networks(
        _ settings: Settings, from folder: URL, captions: Bool = true
    ) throws -> any VisionLanguageModel {
        let checkpoint = try ModelRegistry.standard.checkpoint(folder)
        if captions { try checkpoint.checkCaptions() }
        let model = try checkpoint.load(
            cache: URL(fileURLWithPath: settings.modelCacheDirectory), execution: try execution(settings),
            progress: progress(settings), waiting: { sayWaiting(folder) })
        if let file = model.compiledModel?.wasDamaged { sayDamaged(file) }
        return model
    }

    /// What the user calls the model.
    private func name(_ settings: Settings) -> String { model ?? settings.modelID }

    private func progress(_ settings: Settings) -> (Double) -> Void {
        ProgressLine("Compiling \(name(settings))").update
    }

    private func sayWaiting(_ folder: URL) {
        complain("Another process is compiling \(folder.lastPathComponent); waiting for it.")
    }

    private func sayDamaged(_ file: String) {
        complain("\(file) was damaged; the model was compiled anew.")
    }

    /// The folder of the checkpoint, which is fetched first where it is on the Hub.
    package func checkpoint(_ settings: Settings) async throws -> URL {
        let name = name(settings)
        if let sentence = ModelSource.hiding(name) { complain(sentence) }
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

extension EmbeddingModel {
    /// The folder of the model that the settings name, which is fetched first where it is on the Hub; nil where there is none.
    package static func folder(_ settings: Settings) async throws -> URL? {
        try await source(settings)?.checkpoint(
            modelCache: URL(fileURLWithPath: settings.modelCacheDirectory),
            report: TransferLine(settings.embeddingModel).report)
    }

    /// Loads the model in a folder. Blocks.
    package init(folder: URL, _ settings: Settings) throws {
        try self.init(folder: folder, cache: URL(fileURLWithPath: settings.modelCacheDirectory)) {
            complain("Another process is compiling the embedding model; waiting for it.")
        }
    }
}
