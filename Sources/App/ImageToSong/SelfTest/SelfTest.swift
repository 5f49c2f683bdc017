import ArgumentParser
import Captioning
import Checkpoint
import Devices
import Foundation
import ModelRegistry
import Networks
import ONNXRuntime
import Pipeline

/// Everything that captions and songs need, tried one thing after the other on this machine.
struct SelfTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Tries everything that captions and songs need on this machine.",
        discussion: """
            One line for each thing that was tried, and a sentence where it failed: settings, every picture format, ONNX \
            Runtime, the folder for models and captions, the model, captions of the sample pictures, with the time each stage \
            took, and songs for a caption. The exit status is 0 where all is well, else 1.
            """)

    @OptionGroup var options: ModelOptions

    @Flag(help: "One JSON object instead of the table.")
    var json = false

    func run() async throws {
        let report = SelfTestReport(printsLines: !json)
        let settings = report.check("Settings") { () throws -> (Settings, String) in
            let loaded = try LoadedSettings.load()
            return (loaded.settings, (["they can be read"] + loaded.warnings).joined(separator: "; "))
        }
        report.checkPictures()
        report.checkRoundTrip()
        let runtime = report.check("ONNX Runtime") { () throws -> (Runtime, String) in
            let runtime = try Runtime.load()
            return (runtime, "\(runtime.version), \(runtime.libraryPath)")
        }
        let folder = report.check("Model cache", needs: settings) { settings in
            try CacheFolder.tryOut(settings.modelCacheDirectory)
        }
        let checkpoint = folder == nil ? nil : await fetched(settings)
        let model = report.check("Model", needs: folder == nil ? nil : settings) { settings in
            try load(settings, from: try checkpoint?.get())
        }
        report.check("Proof of the model", needs: model) { model in
            try model.prove()
            try model.files?.check(isGentle: false)
            return ((), "its files and its answer are those of when it was compiled")
        }
        report.checkCaptions(model)
        let embeddings = runtime == nil || folder == nil ? nil : await fetchedEmbeddings(settings)
        report.checkSongs(settings, embeddings: embeddings)
        if json { print(try jsonLine(report.answer)) } else { print(report.summary) }
        if report.hasFailed { throw ExitCode(1) }
    }

    /// The checkpoint's folder, fetched first where it is on the Hub; nil without settings.
    private func fetched(_ settings: Settings?) async -> Result<URL, any Error>? {
        guard let settings else { return nil }
        do {
            return .success(try await options.checkpoint(settings))
        } catch {
            return .failure(error)
        }
    }

    /// The embedding model's folder, fetched first where it is on the Hub; nil without settings.
    private func fetchedEmbeddings(_ settings: Settings?) async -> Result<URL?, any Error>? {
        guard let settings else { return nil }
        do {
            return .success(try await EmbeddingModel.folder(settings))
        } catch {
            return .failure(error)
        }
    }

    /// The model, and what it is in a few words.
    private func load(_ settings: Settings, from folder: URL?) throws -> (any CaptionModel, String) {
        guard let folder else { throw CommandError("There is no checkpoint to load.") }
        let model = try options.captioner(settings, from: folder)
        let millions = (Double(model.description.parameters) / 1e5).rounded() / 10
        let origin = model.compiledModel?.isNew == true ? "compiled just now" : "compiled before"
        return (
            model,
            "\(model.description.name), \(millions) million weights, \(model.description.placement.precision), \(origin)"
        )
    }
}
