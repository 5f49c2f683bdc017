import Blip2
import Captioning
public import Devices
import Foundation
import Networks

extension Blip2CaptionModel {
    /// What loads the model that the settings name: fetched first where it is on the Hub, and compiled where that has
    /// not happened yet.
    /// - Parameters:
    ///   - device: what is to run it.
    ///   - note: told what there is to say of the device.
    public static func loader(
        _ settings: Settings, device: DevicePreference = .cpu, note: @escaping @Sendable (Execution.Note) -> Void = { _ in }
    ) -> Captioner.Loader {
        { progress in
            let cache = URL(fileURLWithPath: settings.modelCacheDirectory)
            let folder = try ModelSource(settings.modelID).checkpointBlocking(modelCache: cache, progress: progress)
            let checkpoint = try Blip2Checkpoint(folder)
            try check(checkpoint)
            let execution = try Execution.choose(precision: settings.precision, device: device, note: note)
            progress("Loading the model in \(folder.path)")
            var tenths = 0
            let remaining = RemainingTime()
            let model: Blip2Model
            do {
            model = try Blip2Model(checkpoint, cache: cache, execution: execution) { share in
                guard Int(share * 10) > tenths else { return }
                tenths = Int(share * 10)
                progress("Compiling the model: \(tenths * 10) %\(remaining.words(at: share))")
            } waiting: {
                progress("Another process is compiling this model; waiting for it")
            }
            } catch let error as Blip2Error where error.code == .damagedModel {
                throw CaptionError(.damagedModel, error.message, cause: error.cause)
            }
            if let file = model.compiled.wasDamaged {
                progress("\(file) was damaged; the model was compiled anew")
            }
            return try Blip2CaptionModel(model, name: settings.modelID)
        }
    }
}
