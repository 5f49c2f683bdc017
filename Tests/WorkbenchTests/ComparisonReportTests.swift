import Testing

@testable import Workbench

@Suite("Comparison report")
struct ComparisonReportTests {
    private func report(differing: Int, of count: Int) -> ComparisonReport {
        let files = (0..<count).map { "picture \($0)" }
        let runs = ["fp32", "int8"].map { precision in
            PrecisionRun(
                precision: precision,
                captions: files.enumerated().map { index, file in
                    let text = precision == "int8" && index < differing ? "a dog in snow" : "a dog on sand"
                    return PrecisionRun.Captioned(file: file, text: text)
                },
                failures: [], secondsPerPicture: 0.5, modelBytes: 12_000_000, memoryBytes: nil)
        }
        return ComparisonReport(
            model: "m", files: files, runs: runs,
            failures: [ComparisonReport.Failure(file: "broken", error: "It is broken.")])
    }

    @Test("Reports the share of equal captions, and the word overlap")
    func isCounted() {
        let rows = report(differing: 3, of: 12).precisions
        #expect(rows[0].equalCaptions == 1 && rows[0].wordOverlap == 1)
        #expect(rows[1].equalCaptions == 0.75)
        #expect(abs(rows[1].wordOverlap - (9 + 3 * 0.5) / 12) < 1e-12)
    }

    @Test("Lists differing captions picture by picture, up to a limit")
    func isListed() {
        let table = report(differing: 5, of: 12).table(listing: 3)
        #expect(table.contains("12 pictures, 1 left out; captions held against those at fp32"))
        #expect(table.contains("5 of 12 pictures are not captioned alike:"))
        #expect(table.contains("picture 2\n") && !table.contains("picture 3"))
        #expect(table.contains("int8  a dog in snow") && table.contains("fp32  a dog on sand"))
        #expect(table.contains("… and 2 more; --all lists them."))
        #expect(!report(differing: 5, of: 12).table(listing: .max).contains("more"))
    }

    @Test("Says so if all captions are the same")
    func isNothing() {
        #expect(report(differing: 0, of: 1).table(listing: 3).contains("1 picture, 1 left out"))
        #expect(report(differing: 0, of: 1).table(listing: 3).hasSuffix("All captions are the same."))
    }
}
