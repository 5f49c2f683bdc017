import Foundation

/// The programs of Debian's package `prometheus`, where it is installed.
enum PrometheusTools {
    static let isInstalled = prometheus != nil && promtool != nil
    static let isMissing = "Debian's package prometheus is not installed"

    fileprivate static let prometheus = find("prometheus")
    private static let promtool = find("promtool")

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

    private static func find(_ name: String) -> URL? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { URL(filePath: String($0)).appending(path: name) }.first {
            FileManager.default.isExecutableFile(atPath: $0.path)
        }
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

    /// Asks over its HTTP API until the answer holds a text, for two minutes at most.
    ///
    /// - Returns: the last answer.
    func answer(to question: String, holding text: String) async throws -> String {
        var answer = ""
        for _ in 0..<240 {
            if let address = try address() {
                answer = try await PrometheusTools.promtool(["query", "instant", address, question], in: folder)
                if answer.contains(text) { break }
            }
            try await Task.sleep(for: .milliseconds(500))
        }
        return answer
    }

    /// Where it listens, once its log says so.
    private func address() throws -> String? {
        let log = try String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
        return log.firstMatch(of: /msg="Listening on" address=(127\.0\.0\.1:[0-9]+)/).map { "http://\($0.output.1)" }
    }
}
