import Foundation
import StandIns

/// The programs of Debian's package `prometheus`, where it is installed.
enum PrometheusTools {
    static let isInstalled = prometheus != nil && promtool != nil
    static let isMissing = "Debian's package prometheus is not installed"

    fileprivate static let prometheus = Tool.path("prometheus").map { URL(filePath: $0) }
    private static let promtool = Tool.path("promtool").map { URL(filePath: $0) }

    /// Runs promtool to its end.
    ///
    /// - Returns: what it wrote to either output; with its status before it, where that is not 0.
    static func promtool(_ arguments: [String], input: String = "", in folder: URL) async throws -> String {
        let (entered, written) = (folder.appending(path: "in-\(UUID())"), folder.appending(path: "out-\(UUID())"))
        try Data(input.utf8).write(to: entered)
        try Data().write(to: written)
        let process = Process()
        process.executableURL = promtool
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: entered)
        let output = try FileHandle(forWritingTo: written)
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let text = try String(contentsOf: written, encoding: .utf8)
        return process.terminationStatus == 0 ? text : "status \(process.terminationStatus): \(text)"
    }
}

/// A Prometheus of its own that scrapes one server, on a port that the system chose.
final class RunningPrometheus {
    private let folder: URL
    private let process = Process()

    /// Starts it with the deployed settings, but for the server's address and a shorter interval.
    init(scraping port: Int, in folder: URL) throws {
        self.folder = folder
        let settings = try MetricFiles.text("deploy/prometheus/prometheus.yml")
            .replacing("image-to-song:8000", with: "127.0.0.1:\(port)").replacing("15s", with: "200ms")
        try Data(settings.utf8).write(to: folder.appending(path: "prometheus.yml"))
        try FileManager.default.copyItem(
            at: MetricFiles.repository.appending(path: "deploy/prometheus/alerts.yml"),
            to: folder.appending(path: "alerts.yml"))
        try Data().write(to: folder.appending(path: "log"))
        process.executableURL = PrometheusTools.prometheus
        process.arguments = [
            "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
            "--web.listen-address=127.0.0.1:0",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: folder.appending(path: "log"))
        try process.run()
    }

    /// Ends it at once: nothing of its data is wanted.
    func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks over its HTTP API until the answer holds a text, however long that takes.
    ///
    /// - Returns: the last answer.
    func answer(to question: String, holding text: String) async throws -> String {
        var answer = ""
        try await eventually("Prometheus answers \(question)") {
            guard let address = try address() else { return false }
            answer = try await PrometheusTools.promtool(["query", "instant", address, question], in: folder)
            return answer.contains(text)
        }
        return answer
    }

    /// Where it listens, once its log says so.
    private func address() throws -> String? {
        let log = try String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
        return log.firstMatch(of: /msg="Listening on" address=(127\.0\.0\.1:[0-9]+)/).map { "http://\($0.output.1)" }
    }
}
