import Captioning
import ONNXRuntime
import Pipeline

/// A report as a picture: how near each stage comes to the machine's limit, and what clients get.
struct BenchPlot {
    private static let width = 720.0
    private static let margin = 24.0
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    /// Says what the picture shows without it.
    private var description: String {
        let shares = shares.map { "\($0.stage) \(Self.percent($1.share))" }
        let clients = report.clients.map { "\($0.clients): \(BenchReport.digits($0.captionsPerSecond, 2))" }
        return "Share of the machine's limit: \(shares.joined(separator: ", ")). "
            + "Captions a second by number of clients: \(clients.joined(separator: ", "))."
    }

    private var shares: [(stage: StageShare, atBest: StageShare.AtBest)] {
        report.ways.first?.shares.compactMap { stage in stage.atBest.map { (stage, $0) } } ?? []
    }

    var svg: String {
        let rows = shares.count + report.clients.count
        let panels = (shares.isEmpty ? 0 : 1) + (report.clients.isEmpty ? 0 : 1)
        var drawing = SVGDrawing(
            width: Self.width, height: 78 + Double(rows) * 30 + Double(panels) * 44, description: description)
        var y = Self.margin + 12
        let placement = report.model.placement
        drawing.text(
            .title, "\(report.model.name), \(placement.precision), \(report.tokens) new tokens", x: Self.margin, y: y)
        y += 20
        drawing.text(.note, machine, x: Self.margin, y: y)
        y += 36
        if !shares.isEmpty { y = drawShares(&drawing, y) }
        if !report.clients.isEmpty { _ = drawClients(&drawing, y) }
        return drawing.svg
    }

    private var machine: String {
        var words = ["\(MachineLimits.coreCount) cores", MachineLimits.kernelName]
        if !report.limits.isEmpty {
            let peak = report.limits.map(\.integerOperationsPerSecond).median / 1e9
            let read = report.limits.map(\.readBytesPerSecond).median / 1e9
            words.append("\(BenchReport.digits(peak, 0)) GOP/s int8")
            words.append("\(BenchReport.digits(read, 1)) GB/s read")
        }
        return words.joined(separator: ", ")
    }

    /// - Returns: where the next panel begins.
    private func drawShares(_ drawing: inout SVGDrawing, _ top: Double) -> Double {
        let way = report.ways.first?.way.name ?? ""
        drawing.text(.label, "Share of what the machine can do, \(way)", x: Self.margin, y: top)
        let bars = shares.map { stage, atBest in
            let bound = atBest.bound == .arithmetic ? "of the int8 peak" : "of the read bandwidth"
            return Bar(
                label: stage.stage, value: min(1, atBest.share), text: Self.percent(atBest.share),
                note: "\(bound), \(Self.milliseconds(stage.seconds))")
        }
        return draw(bars, &drawing, top + 14)
    }

    private func drawClients(_ drawing: inout SVGDrawing, _ top: Double) -> Double {
        drawing.text(.label, "Captions a second, by number of clients", x: Self.margin, y: top)
        let most = report.clients.map(\.captionsPerSecond).max() ?? 1
        let bars = report.clients.map { row in
            Bar(
                label: row.clients == 1 ? "1 client" : "\(row.clients) clients", value: row.captionsPerSecond / most,
                text: BenchReport.digits(row.captionsPerSecond, 2),
                note: "a caption after \(Self.milliseconds(row.medianSeconds))")
        }
        return draw(bars, &drawing, top + 14)
    }

    private struct Bar {
        let label: String
        /// 0 to 1, the length of the bar.
        let value: Double
        let text: String
        let note: String
    }

    private func draw(_ bars: [Bar], _ drawing: inout SVGDrawing, _ top: Double) -> Double {
        let (left, right) = (Self.margin + 100, Self.width - 290)
        var y = top
        for bar in bars {
            drawing.text(.label, bar.label, x: left - 12, y: y + 15, anchor: .end)
            drawing.rectangle(.track, x: left, y: y, width: right - left, height: 20)
            drawing.rectangle(.bar, x: left, y: y, width: (right - left) * bar.value, height: 20)
            drawing.text(.label, bar.text, x: right + 60, y: y + 15, anchor: .end)
            drawing.text(.note, bar.note, x: right + 72, y: y + 15)
            y += 30
        }
        drawing.line(from: (right, top - 4), to: (right, y - 6))
        return y + 30
    }

    private static func percent(_ share: Double) -> String { "\(BenchReport.digits(share * 100, 1)) %" }

    private static func milliseconds(_ seconds: Double) -> String {
        seconds < 1
            ? "\(BenchReport.digits(seconds * 1000, seconds < 0.01 ? 2 : 1)) ms" : "\(BenchReport.digits(seconds, 2)) s"
    }
}
