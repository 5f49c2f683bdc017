import Captioning
import Testing

@testable import Serving

@Suite("Cache key")
struct CaptionKeyTests {
    @Test("Every value of every option makes another cache key")
    func keys() throws {
        var all = [CaptionOptions()]
        for option in CaptionOption.all {
            let texts =
                switch option.value {
                case .boolean: ["true", "false"]
                case .choice(_, let choices): choices
                case .number: ["1", "0.5"]
                case .integer, .text, .texts, .tokens: ["1", "2"]
                }
            for text in texts {
                var options = CaptionOptions()
                try option.set(text, in: &options)
                all.append(options)
            }
        }
        let keys = try all.map { try CaptionKey(picture: "p", model: "m", options: $0) }
        #expect(Set(keys).count == all.count)
        for (options, key) in zip(all, keys) {
            #expect(try CaptionKey(picture: "p", model: "m", options: options) == key)
        }
    }
}
