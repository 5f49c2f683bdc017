package import ArgumentParser
import Captioning
import Checkpoint
import Console
import Devices
import Foundation
import ModelRegistry
import Networks
import ONNXRuntime
import Recommendation
import Serving
import Settings

/// Everything that captions and songs need, tried one thing after the other on this machine.
package struct SelfTest: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Tests everything that captions and songs need on this machine.",
        discussion: """
            Prints one line per check, with the reason if it failed: settings, every picture format, ONNX Runtime, \
            the folder for models and captions, the model, captions of the sample pictures with the time of each \
            stage, and songs for a caption. The exit status is 0 if all checks passed, 1 if not.
            """)

    @OptionGroup var options: ModelOptions

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    package init() {}

    package func run() async throws {
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

/// The folder MODEL_CACHE_DIR, where compiled models and captions are kept.
enum CacheFolder {
    /// Writes a file there, reads it again and removes it.
    ///
    /// - Returns: the folder, and how much room there is.
    static func tryOut(_ path: String) throws -> (URL, String) {
        let folder = URL(fileURLWithPath: path)
        let file = folder.appendingPathComponent(".selftest-\(UUID().uuidString)")
        let content = Data("image-to-song".utf8)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: file) }
            try content.write(to: file)
            guard try Data(contentsOf: file) == content else { throw CocoaError(.fileReadCorruptFile) }
        } catch {
            throw CommandError(
                "Nothing can be written to \(folder.path): set MODEL_CACHE_DIR to a folder that this user may write to, "
                    + "on a disk that is not full. (\(error.localizedDescription))")
        }
        return (folder, "\(folder.path) can be written" + (freeSpace(folder).map { ", \($0) free" } ?? ""))
    }

    private static func freeSpace(_ folder: URL) -> String? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        guard let bytes = (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue else { return nil }
        return "\((bytes / 1e8).rounded() / 10) GB"
    }
}
