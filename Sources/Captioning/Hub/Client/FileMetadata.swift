import AsyncHTTPClient
import Crypto
import Foundation
import NIOHTTP1

/// What the Hub says of a file before its bytes: the header fields of `HEAD /<name>/resolve/<commit>/<file>`.
///
/// Mirrors leave some of them out, or refuse HEAD. Then the list of the repository's files helps, and after that the first
/// byte of the file.
struct FileMetadata: Sendable {
    let file: FileName
    let etag: ETag
    /// Bytes of the whole file; nil where only the end of the file will tell.
    let size: Int?
    /// Where its bytes are; for large files this is on another host, and the address holds for a while only.
    let location: URL

    /// - Parameter listed: what the list of files says of it.
    static func get(
        _ file: FileName, _ reference: ModelReference, _ commit: Commit, _ listed: RepositoryListing.Content?,
        _ client: HubClient
    ) async throws -> FileMetadata {
        let url = try client.url("/\(reference.name)/resolve/\(commit)/\(escaped(file))")
        // The redirect to where the bytes are says what they are; the server there only knows its own names for them.
        func isFinal(_ answer: HubClient.Answer) -> Bool { answer.header("X-Linked-Etag") != nil }
        var answer = try await client.send(.HEAD, url, isFinal: isFinal)
        if [405, 501].contains(answer.response.status.code) {
            answer = try await client.send(.GET, url, range: 0..<1, isFinal: isFinal)
        }
        // No byte of an empty file can be asked for.
        guard answer.response.status.code < 400 || answer.response.status == .rangeNotSatisfiable else {
            throw client.failure(answer, reference)
        }
        guard answer.commit == commit.description else {
            throw unexpected(url, "names no commit, or another one, with \(file)")
        }
        let location = try answer.header("Location").map { (text) throws(HubError) in
            try answer.url.redirected(to: text)
        }
        let place = answer.isRedirect ? location ?? answer.url : answer.url
        var size = try Self.size(of: file, answer) ?? listed?.size
        if size == nil { size = (try await client.send(.GET, place, range: 0..<1)).wholeByteCount }
        guard let etag = try etag(of: file, answer, listed) ?? unnamed(file, commit) else {
            throw unexpected(url, "gives \(file) no tag that could name its content")
        }
        return FileMetadata(file: file, etag: etag, size: size, location: place)
    }

    /// The tag that comes with the file; nil where none comes that could name its content.
    private static func etag(
        of file: FileName, _ answer: HubClient.Answer, _ listed: RepositoryListing.Content?
    ) throws(HubError) -> ETag? {
        if let linked = answer.header("X-Linked-Etag") {
            guard let etag = ETag(header: linked) else {
                throw unexpected(answer.url, "gives \(file) a tag that could not name its content")
            }
            return etag
        }
        // A tag of the mirror's own may be that of a compressed form, or of other files too.
        let tag = answer.header("ETag").flatMap { ETag(header: $0) }
        return tag?.hashKind != nil ? tag : listed?.etag
    }

    /// A name for content that no tag names: no hash, so that nothing is held against it, and the same for every attempt.
    private static func unnamed(_ file: FileName, _ commit: Commit) -> ETag? {
        let digits = SHA256.hash(data: Data("\(commit)/\(file)".utf8)).prefix(16).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return ETag("unnamed-\(digits.joined())")
    }

    private static func size(of file: FileName, _ answer: HubClient.Answer) throws(HubError) -> Int? {
        if let linked = answer.header("X-Linked-Size") {
            guard let size = Int(linked), size >= 0 else {
                throw unexpected(answer.url, "does not say how long \(file) is")
            }
            return size
        }
        return answer.isRedirect ? nil : answer.wholeByteCount
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

extension HubClient.Answer {
    /// Whether the body is in a form of its own, such as gzip, so that its length is not the file's.
    var isEncoded: Bool {
        guard let encoding = header("Content-Encoding")?.lowercased() else { return false }
        return !["", "identity"].contains(encoding)
    }

    /// Bytes of the whole file, of which this is the whole or a part; nil where the answer does not say.
    var wholeByteCount: Int? {
        guard !isEncoded else { return nil }
        switch response.status {
        case .ok: return header("Content-Length").flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil }
        case .partialContent: return header("Content-Range").flatMap(ContentRange.init)?.total
        case .rangeNotSatisfiable: return header("Content-Range") == "bytes */0" ? 0 : nil
        default: return nil
        }
    }
}
