import Captioning
import Serving

/// Captions the pictures of an upload, each as soon as it is complete.
struct CaptionBatch: Sendable {
    /// Makes the caption of one picture.
    ///
    /// - Parameter hash: the SHA-256 of the picture's file.
    typealias Captioning =
        @Sendable (
            _ picture: [UInt8], _ hash: String, _ options: CaptionOptions
        ) async throws -> CaptionResult

    /// What became of one picture.
    struct Outcome: Sendable {
        /// Its place in the form, from zero.
        let index: Int
        let fileName: String
        let result: Result<CaptionResult, any Error>
        /// From its last byte to its caption.
        let duration: Duration
    }

    /// How many pictures are captioned at a time. One more may wait for its turn, read but not begun; beyond it the
    /// client is held back.
    let maxInFlight: Int
    let caption: Captioning

    /// What became of each picture, in the order of the form. A picture that fails does not stop the others.
    ///
    /// - Throws: what is wrong with the form as a whole, or with the options, which are the same for all pictures;
    ///   `CancellationError` where the task is cancelled.
    func run(_ upload: inout Upload) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var outcomes: [Outcome] = []
            var options: CaptionOptions?
            var count = 0
            while let file = try await upload.nextFile() {
                let chosen = try options ?? CaptionOptions(form: upload.texts)
                options = chosen
                if count - outcomes.count == maxInFlight, let outcome = try await group.next() {
                    outcomes.append(outcome)
                }
                let index = count
                count += 1
                group.addTask { try await outcome(of: file, index: index, options: chosen) }
            }
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.index < $1.index }
        }
    }

    private func outcome(of file: UploadedFile, index: Int, options: CaptionOptions) async throws -> Outcome {
        let began = ContinuousClock.now
        let result: Result<CaptionResult, any Error>
        do {
            result = .success(try await caption(try file.content.get(), file.hash, options))
        } catch let error as ServingError where [.invalidOption, .cancelled].contains(error.code) {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            result = .failure(error)
        }
        return Outcome(index: index, fileName: file.name, result: result, duration: ContinuousClock.now - began)
    }
}
