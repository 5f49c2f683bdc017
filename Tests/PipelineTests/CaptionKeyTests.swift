import Captioning
import Testing

@testable import Pipeline

@Suite("The key of a caption")
struct CaptionKeyTests {
    private func options(_ change: (inout CaptionOptions) -> Void) -> CaptionOptions {
        var options = CaptionOptions()
        change(&options)
        return options
    }

    @Test("Every option makes another key")
    func keys() throws {
        let all = [
            options { $0.search.beamCount = 2 }, options { $0.search.captionCount = 2 },
            options { $0.search.lengthPenalty = 2 }, options { $0.search.earlyStopping = .never },
            options { $0.repetition.penalty = 2 }, options { $0.repetition.noRepeatNgramSize = 2 },
            options { $0.sampling.temperature = 2 }, options { $0.sampling.topK = 2 },
            options { $0.sampling.topP = 1 }, options { $0.sampling.seed = 2 }, options { $0.sampling.seed = 3 },
            options { $0.maxNewTokens = 2 }, options { $0.minNewTokens = 2 }, CaptionOptions(prompt: "2"),
            CaptionOptions(),
        ]
        let keys = try all.map { try CaptionKey(picture: "p", model: "m", options: $0) }
        #expect(Set(keys).count == all.count)
    }
}
