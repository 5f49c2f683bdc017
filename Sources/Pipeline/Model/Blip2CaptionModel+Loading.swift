import Blip2
import Foundation

extension Blip2CaptionModel {
    /// What loads the model that the settings name: fetched first where it is on the Hub, and compiled where that has
    /// not happened yet.
    public static func loader(_ settings: Settings) -> Captioner.Loader {
        { progress in
            let cache = URL(fileURLWithPath: settings.modelCacheDirectory)
            let folder = try ModelSource(settings.modelID).checkpointBlocking(modelCache: cache, progress: progress)
            progress("Loading the model in \(folder.path)")
            var tenths = 0
            let remaining = RemainingTime()
            let model = try Blip2Model(
                folder: folder, cache: cache,
                precision: try Precision(setting: settings.precision)
            ) { share in
                guard Int(share * 10) > tenths else { return }
                tenths = Int(share * 10)
                progress("Compiling the model: \(tenths * 10) %\(remaining.words(at: share))")
            } waiting: {
                progress("Another process is compiling this model; waiting for it")
            }
            return try Blip2CaptionModel(model, name: settings.modelID)
        }
    }
}
