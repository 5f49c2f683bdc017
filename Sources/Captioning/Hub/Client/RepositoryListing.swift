import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// What `GET /api/models/<name>/revision/<revision>` says of a repository.
struct RepositoryListing: Sendable {
    let commit: Commit
    let files: [FileName]
    /// What the list itself says of contents, for servers that say nothing with the files.
    let contents: [FileName: Content]

    struct Content: Sendable {
        let etag: ETag?
        let size: Int?
    }

    private static let mostBytes = 32 << 20

    private struct Answer: Decodable {
        struct File: Decodable {
            struct LargeFile: Decodable {
                let sha256: String?
            }

            let rfilename: String
            let size: Int?
            let blobId: String?
            let lfs: LargeFile?

            var content: Content {
                let tag = (lfs?.sha256 ?? (lfs == nil ? blobId : nil)).flatMap { ETag($0) }
                return Content(
                    etag: tag?.hashKind == nil ? nil : tag, size: size.flatMap { $0 >= 0 ? $0 : nil })
            }
        }
        let sha: String
        let siblings: [File]
    }

    static func get(_ reference: ModelReference, _ client: HubClient) async throws -> RepositoryListing {
        let url = try client.url("/api/models/\(reference.name)/revision/\(reference.revision.urlComponent)?blobs=true")
        let answer = try await client.send(.GET, url)
        guard answer.response.status == .ok else { throw client.failure(answer, reference) }
        let body = try await client.body(answer, upTo: mostBytes, "The list of files of \(reference)")
        guard let listing = try? JSONDecoder().decode(Answer.self, from: body),
            let commit = Commit(listing.sha)
        else {
            throw HubError(
                .unexpectedAnswer,
                "\(url.host ?? "The Hub") does not answer as a Hub does when asked for \(reference). Check HF_ENDPOINT, and "
                    + "whether a proxy or a sign-in page stands between.")
        }
        let files = try listing.siblings.map { (file) throws(HubError) in
            try FileName(file.rfilename, of: reference.name)
        }
        let contents = Dictionary(zip(files, listing.siblings.map(\.content))) { first, _ in first }
        return RepositoryListing(commit: commit, files: files, contents: contents)
    }
}
