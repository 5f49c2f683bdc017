import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Recommendation
import Serving
import Songs

extension CaptionServer {
    private static let advice =
        "Send the list itself as the body: text/csv, audio/x-mpegurl or application/x-ndjson, as curl -H \"Content-Type: "
        + "text/csv\" --data-binary @list.csv does."

    private static let formats: [String: ImportFormat] = [
        "text/csv": .csv, "text/tab-separated-values": .csv, "audio/x-mpegurl": .m3u, "audio/mpegurl": .m3u,
        "application/vnd.apple.mpegurl": .m3u, "application/x-mpegurl": .m3u, "application/x-ndjson": .jsonl,
        "application/jsonl": .jsonl, "application/x-jsonlines": .jsonl,
    ]

    /// Takes in a list of songs, and imports it in the background.
    func importSongs(_ request: Request) async throws -> Response {
        guard let text = request.headers[.contentType] else {
            throw ServerError(.missingContentType, "The request has no Content-Type. \(Self.advice)")
        }
        guard let type = HeaderValue(text)?.value, let format = Self.formats[type] else {
            throw ServerError(
                .unsupportedContentType, "The request's Content-Type is not that of a list. \(Self.advice)")
        }
        let songs = try theSongs()
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= configuration.maxImportBytes else { throw importTooLarge }
        let name = request.uri.queryParameters["name"].map { FileName.sanitise(String($0)) } ?? "list"
        let job = try await songs.startImport(format: format, name: name) { try await receive(request, into: $0) }
        var response = try Response.json(ImportAnswer(job), status: .accepted)
        // Relative to the request's own address, which a proxy may have put below a path.
        response.headers[.location] = request.uri.path.hasSuffix("/") ? job.id : "import/\(job.id)"
        return response
    }

    /// How far an import has come.
    func importState(_ context: ServerContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        return try .json(ImportAnswer(try await theSongs().importJob(id)))
    }

    private var importTooLarge: ServerError {
        ServerError(
            .bodyTooLarge,
            "The list is larger than \(configuration.maxImportBytes) bytes, the most that is taken. Send it in parts, or import it with the program's command songs import."
        )
    }

    private func receive(_ request: Request, into list: UploadedList) async throws {
        var count = 0
        try await ServerError.namingBreakOff(of: "the whole list") {
            for try await piece in request.body {
                count += piece.readableBytes
                guard count <= configuration.maxImportBytes else { throw importTooLarge }
                try list.append(Data(piece.readableBytesView))
            }
        }
        guard count > 0 else { throw ServerError(.missingField, "The body is empty. \(Self.advice)") }
    }
}

/// The answer of `POST /songs/import` and of `GET /songs/import/{id}`.
private struct ImportAnswer: Encodable {
    struct Remark: Encodable {
        let line: Int
        let reason: String

        init(_ remark: ImportReport.Remark) {
            line = remark.line
            reason = remark.reason
        }
    }

    struct Job: Encodable {
        let id: String
        let name: String
        let status: String
        let rowsRead: Int
        let bytesRead: Int64
        let bytesTotal: Int64?
        let added: Int
        let updated: Int
        let unchanged: Int
        let rejected: Int
        let rejections: [Remark]
        let noted: Int
        let notes: [Remark]
        let error: String?

        enum CodingKeys: String, CodingKey {
            case id, name, status, added, updated, unchanged, rejected, rejections, noted, notes, error
            case rowsRead = "rows_read"
            case bytesRead = "bytes_read"
            case bytesTotal = "bytes_total"
        }
    }

    private let success = true
    private let job: Job

    init(_ job: ImportJob) {
        let state = job.state
        let report = state.report
        self.job = Job(
            id: job.id, name: job.name, status: state.status.rawValue, rowsRead: report.rowsRead,
            bytesRead: report.bytesRead, bytesTotal: report.bytesTotal, added: report.added, updated: report.updated,
            unchanged: report.unchanged, rejected: report.rejected,
            rejections: report.rejections.map(Remark.init), noted: report.noted, notes: report.notes.map(Remark.init),
            error: state.error)
    }
}
