import Captioning
import Concurrency
import Console
import Foundation
import Logging
import ModelRegistry
import Serving
import Settings
import Synchronization

/// What a number of clients got who ask for captions at the same time, each for the next as soon as it has one.
struct ClientsMeasurement: Encodable {
    let clients: Int
    /// Captions that were made.
    let captions: Int
    let captionsPerSecond: Double
    /// Seconds from asking to the caption, in the middle.
    let medianSeconds: Double
    /// What of it was waiting for a place in the model, in the middle.
    let medianWaitSeconds: Double

    enum CodingKeys: String, CodingKey {
        case clients, captions
        case captionsPerSecond = "captions_per_second"
        case medianSeconds = "median_seconds"
        case medianWaitSeconds = "median_wait_seconds"
    }

    /// Asks for so many seconds, but for one caption a client at least.
    static func take(
        _ clients: Int, of captioner: Captioner, picture: [UInt8], options: CaptionOptions, seconds: Double
    ) async throws -> ClientsMeasurement {
        let start = ContinuousClock.now
        let timings = try await withThrowingTaskGroup(of: [CaptionTimings].self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var timings: [CaptionTimings] = []
                    repeat {
                        timings.append(try await captioner.caption(picture, options: options).timings)
                    } while (ContinuousClock.now - start).inSeconds < seconds
                    return timings
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = (ContinuousClock.now - start).inSeconds
        return ClientsMeasurement(
            clients: clients, captions: timings.count, captionsPerSecond: Double(timings.count) / elapsed,
            medianSeconds: timings.map(\.total.inSeconds).median,
            medianWaitSeconds: timings.map(\.waiting.inSeconds).median)
    }
}

extension CaptionBench {
    /// The way from a picture's bytes to its caption, as the server goes it, with nothing cached.
    func captioner(_ settings: Settings, name: String) async throws -> Captioner {
        var configuration = Captioner.Configuration()
        configuration.limits = PictureFile.limits
        configuration.timeout = .seconds(86_400)
        configuration.pictureWorkers = settings.maxWorkers
        configuration.maxBatchSize = settings.maxBatchSize
        configuration.maxQueue = .max / 2
        let model = model
        let captioner = Captioner(
            configuration: configuration,
            logger: Logger(label: Release.name) { _ in SwiftLogNoOpLogHandler() }
        ) { _ in try GenerativeCaptionModel(model, name: name) }
        await captioner.start()
        switch await captioner.state {
        case .failed(let reason), .unsound(let reason): throw CommandError(reason)
        case .loading, .ready: break
        }
        return captioner
    }

    /// What each client asks for: as many tokens as every turn makes, greedily.
    var captionOptions: CaptionOptions {
        var options = CaptionOptions(maxNewTokens: tokens)
        options.minNewTokens = tokens
        options.beamCount = 1
        options.captionCount = 1
        options.temperature = 0
        return options
    }
}
