import Captioning
import Concurrency
import Devices
import Foundation
import Generation
import ModelRegistry
import Networks
import Serving
import Settings

extension Serve {
    /// What loads the model that the settings name: fetched first where it is on the Hub, and compiled where that has
    /// not happened yet.
    /// - Parameters:
    ///   - device: what is to run it.
    ///   - note: told what there is to say of the device.
    static func loader(
        _ settings: Settings, device: DevicePreference, note: @escaping @Sendable (Execution.Note) -> Void
    ) -> Captioner.Loader {
        { progress in
            let cache = URL(fileURLWithPath: settings.modelCacheDirectory)
            let source = try ModelSource(settings.modelID)
            if let sentence = ModelSource.hiding(settings.modelID) { progress(sentence) }
            let folder = try source.checkpointBlocking(modelCache: cache, progress: progress)
            let checkpoint = try ModelRegistry.standard.checkpoint(folder)
            try checkpoint.checkCaptions()
            let execution = try Execution.choose(precision: settings.precision, device: device, note: note)
            progress("Loading the model in \(folder.path)")
            var tenths = 0
            let remaining = RemainingTime()
            let model = try GenerativeCaptionModel(
                checkpoint, name: settings.modelID, published: source.published, cache: cache, execution: execution
            ) { share in
                guard Int(share * 10) > tenths else { return }
                tenths = Int(share * 10)
                progress("Compiling the model: \(tenths * 10) %\(remaining.words(at: share))")
            } waiting: {
                progress("Another process is compiling this model; waiting for it")
            }
            if let file = model.compiledModel?.wasDamaged {
                progress("\(file) was damaged; the model was compiled anew")
            }
            if let note = model.description.note { progress(note) }
            return model
        }
    }
}
