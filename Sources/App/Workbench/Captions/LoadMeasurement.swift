import Concurrency
import Console
import Foundation

/// How a model came into memory, and what it takes up there.
struct LoadMeasurement: Encodable {
    /// Whether the compiled model was there already; if not, it was compiled first.
    let wasCompiled: Bool
    /// Seconds that compiling took, loading included; nil where that was not needed.
    let compileSeconds: Double?
    /// From nothing to a model that can caption, the first time in this process that nothing was compiled.
    let seconds: Double
    /// The first caption after that.
    let firstCaptionSeconds: Double
    /// Right after that caption.
    let memory: ResidentMemory?
    /// The median of loading again; nil where the first time was so long that it was not repeated.
    var againSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case seconds, memory
        case wasCompiled = "was_compiled"
        case compileSeconds = "compile_seconds"
        case firstCaptionSeconds = "first_caption_seconds"
        case againSeconds = "again_seconds"
    }

    /// What took longer is not done again.
    private static let longest = 10.0

    /// Loads a model, captions once, and lets it go and loads it again so many times.
    ///
    /// Every load is into memory that holds no other model.
    /// - Parameters:
    ///   - load: blocks until the model is there, and says whether it had to be compiled for that.
    ///   - caption: makes one caption with it, and returns the seconds that this took.
    static func take<Model>(
        again repetitions: Int, load: () throws -> (model: Model, isNew: Bool), caption: (Model) throws -> Double
    ) throws -> (Model, LoadMeasurement) {
        var kept: Model?
        func timedLoad() throws -> (isNew: Bool, seconds: Double) {
            kept = nil
            ResidentMemory.forgetPeak()
            let start = ContinuousClock.now
            let loaded = try load()
            kept = loaded.model
            return (loaded.isNew, (ContinuousClock.now - start).inSeconds)
        }
        let first = try timedLoad()
        let seconds = first.isNew ? try timedLoad().seconds : first.seconds
        var measurement = LoadMeasurement(
            wasCompiled: !first.isNew, compileSeconds: first.isNew ? first.seconds : nil, seconds: seconds,
            firstCaptionSeconds: try kept.map(caption) ?? .nan, memory: .now)
        if repetitions > 0, seconds <= longest {
            measurement.againSeconds = try (0..<repetitions).map { _ in try timedLoad().seconds }.median
        }
        guard let kept else { throw CommandError("There is no model.") }
        return (kept, measurement)
    }
}
