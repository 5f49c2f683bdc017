import Captioning
import Concurrency
import Console
import Imaging
import Logging
import Serving
import Settings

extension Captioner {
    /// A captioner for a command: pictures join each other in the model as in the server, and wait for each other without an end.
    /// Nothing is cached.
    ///
    /// - Parameters:
    ///   - rules: how pictures are read; nil for what the settings say.
    ///   - load: loads the model; called once, on the model's thread.
    /// - Throws: why the model cannot be used.
    static func forCommand(
        _ settings: Settings, rules: PictureRules? = nil, load: @escaping @Sendable () throws -> any CaptionModel
    ) async throws -> Captioner {
        var configuration = Captioner.Configuration(settings)
        configuration.limits = PictureFile.limits(settings)
        configuration.pictureRules = rules ?? settings.pictureRules
        configuration.timeout = .seconds(366 * 86_400)
        configuration.provesModel = false
        let captioner = Captioner(
            configuration: configuration, logger: Logger(label: Release.name) { _ in SwiftLogNoOpLogHandler() }
        ) { _ in try load() }
        await captioner.start()
        if case .failed(let reason) = await captioner.state { throw CommandError(reason) }
        return captioner
    }
}

/// Does `work` for several inputs at once, and hands on what comes of them in the order of the inputs.
///
/// - Parameter most: for how many at once, at least one.
func inOrder<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], atMost most: Int, _ work: @escaping @Sendable (Input) async -> Output,
    _ take: (Input, Output) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Output).self) { group in
        var started = 0
        func start() {
            guard started < inputs.count else { return }
            let index = started
            started += 1
            group.addTask { (index, await work(inputs[index])) }
        }
        for _ in 0..<max(1, most) { start() }
        var finished: [Int: Output] = [:]
        var next = 0
        while let (index, output) = try await group.next() {
            finished[index] = output
            start()
            while let output = finished.removeValue(forKey: next) {
                try take(inputs[next], output)
                next += 1
            }
        }
    }
}
