import Testing

@testable import Concurrency

@Suite("Remaining time")
struct RemainingTimeTests {
    @Test(
        "Tells the remaining time in a suitable unit, once it can be estimated",
        arguments: [
            (10.0, 0.25, ", about 30 s left"), (60, 0.5, ", about 60 s left"), (100, 0.5, ", about 2 min left"),
            (3600, 0.25, ", about 3 h left"), (0.5, 0.5, ""), (10, 0, ""), (10, 1, ""), (100, 0.999, ""),
        ])
    func isTold(_ elapsed: Double, _ share: Double, _ words: String) {
        #expect(RemainingTime.words(elapsed: .seconds(elapsed), share: share) == words)
    }
}
