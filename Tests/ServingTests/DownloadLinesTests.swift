import Hub
import Testing

@testable import Serving

@Suite("Download log lines")
struct DownloadLinesTests {
    private func progress(_ count: Int, _ stage: TransferProgress.Stage = .fetching, rate: Double? = nil) -> HubEvent {
        .progress(TransferProgress(stage: stage, byteCount: count, totalByteCount: 1_000_000, rate: rate))
    }

    @Test("Logs a line for every tenth, or every half minute")
    func writesLines() {
        var lines = DownloadLines("a/b")
        let start = ContinuousClock.now
        #expect(lines.line(for: progress(0), at: start) == "Fetching a/b: 0 % of 1.0 MB")
        #expect(lines.line(for: progress(50_000), at: start + .seconds(1)) == nil)
        #expect(
            lines.line(for: progress(250_000, rate: 10_000), at: start + .seconds(2))
                == "Fetching a/b: 25 % of 1.0 MB, 10.0 kB/s, 75 s left")
        #expect(lines.line(for: progress(260_000), at: start + .seconds(31)) == nil)
        #expect(lines.line(for: progress(260_000), at: start + .seconds(32)) == "Fetching a/b: 26 % of 1.0 MB")
        #expect(
            lines.line(for: progress(500_000, .checking), at: start + .seconds(33)) == "Checking a/b: 50 % of 1.0 MB")
        #expect(lines.line(for: progress(600_000), at: start + .seconds(34)) == "Fetching a/b: 60 % of 1.0 MB")
        #expect(lines.line(for: .note("Trying again."), at: start) == "Trying again.")
    }

    @Test(
        "Writes the remaining time in words",
        arguments: [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5_399, "1 h 30 min"), (7_500, "2 h 5 min")])
    func writesTimes(_ seconds: Int, _ text: String) {
        #expect(TransferProgress.text(.seconds(seconds)) == text)
    }
}
