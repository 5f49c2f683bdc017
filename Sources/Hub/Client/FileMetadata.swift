import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// What the Hub says of a file before its bytes: the header fields of `HEAD /<name>/resolve/<commit>/<file>`.
struct FileMetadata: Sendable {
    let file: FileName
    let etag: ETag
    /// Bytes of the whole file.
    let size: Int
    /// Where its bytes are; for large files this is on another host, and the address holds for a while only.
    let location: URL

    static func get(
        _ file: FileName, _ reference: ModelReference, _ commit: Commit, _ client: HubClient
    ) async throws -> FileMetadata {
        let url = try client.url("/\(reference.name)/resolve/\(commit)/\(escaped(file))")
        // The redirect to where the bytes are says what they are; the server there only knows its own names for them.
        let answer = try await client.send(.HEAD, url) { $0.header("X-Linked-Etag") != nil }
        guard answer.response.status.code < 400 else { throw client.failure(answer, reference) }
        guard answer.header("X-Repo-Commit") == commit.description else {
            throw unexpected(url, "names no commit, or another one, with \(file)")
        }
        guard let tag = answer.header("X-Linked-Etag") ?? answer.header("ETag"), let etag = ETag(header: tag) else {
            throw unexpected(url, "gives \(file) no tag that could name its content")
        }
        let length = answer.header("X-Linked-Size") ?? (answer.isRedirect ? nil : answer.header("Content-Length"))
        guard let size = length.flatMap(Int.init), size >= 0 else {
            throw unexpected(url, "does not say how long \(file) is")
        }
        let location = try answer.header("Location").map { (text) throws(HubError) in
            try answer.url.redirected(to: text)
        }
        return FileMetadata(
            file: file, etag: etag, size: size, location: answer.isRedirect ? location ?? answer.url : answer.url)
    }

    private static func unexpected(_ url: URL, _ complaint: String) -> HubError {
        HubError(
            .unexpectedAnswer,
            "\(url.host ?? "The Hub") \(complaint), as a Hub would. Check HF_ENDPOINT, and whether a proxy stands between."
        )
    }

    /// The path with everything escaped that is special in an address.
    private static func escaped(_ file: FileName) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.formIntersection(CharacterSet(charactersIn: Unicode.Scalar(0)..."\u{7F}"))
        allowed.insert(charactersIn: "-._~/")
        return file.description.addingPercentEncoding(withAllowedCharacters: allowed) ?? file.description
    }
}
