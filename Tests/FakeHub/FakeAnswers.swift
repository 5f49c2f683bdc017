/// The answers that a Hub gives when all is well.
struct FakeAnswers {
    let repositories: [String: FakeRepository]
    /// The server of large files.
    let elsewhere: String

    func reply(to request: FakeRequest) -> FakeReply {
        if request.isElsewhere { return largeFile(request) }
        let parts = request.path.split(separator: "/").map(String.init)
        if parts.count == 6, parts[0] == "api", parts[4] == "revision" {
            return about("\(parts[2])/\(parts[3])", parts[5]) { name, repository in listing(name, repository) }
        }
        if parts.count >= 6, parts[0] == "api", parts[4] == "tree" {
            return about("\(parts[2])/\(parts[3])", parts[5]) { _, repository in tree(repository) }
        }
        if parts.count == 5, parts[0] == "api", parts[4] == "discussions" {
            return about("\(parts[2])/\(parts[3])", "main") { name, repository in
                discussions(name, repository, request)
            }
        }
        if parts.count == 6, parts[0] == "api", parts[4] == "commits" {
            return about("\(parts[2])/\(parts[3])", parts[5]) { name, _ in commits(name, parts[5]) }
        }
        if parts.count >= 5, parts[2] == "resolve" {
            let path = parts[4...].joined(separator: "/")
            return about("\(parts[0])/\(parts[1])", parts[3]) { _, repository in file(path, repository, request) }
        }
        return FakeReply(status: 404)
    }

    private func about(
        _ name: String, _ revision: String, _ answer: (String, FakeRepository) -> FakeReply
    ) -> FakeReply {
        guard let repository = repositories[name] else { return FakeReply(status: 404, code: "RepoNotFound") }
        guard let repository = repository.at(Self.unescaped(revision)) else {
            return FakeReply(status: 404, code: "RevisionNotFound")
        }
        var reply = answer(name, repository)
        reply.headers["X-Repo-Commit"] = repository.commit
        return reply
    }

    private static func unescaped(_ revision: String) -> String {
        revision.split(separator: "%2F").joined(separator: "/")
    }

    private static let discussionsOnAPage = 10

    /// As the Hub lists them, but whatever the filters say.
    private func discussions(_ name: String, _ repository: FakeRepository, _ request: FakeRequest) -> FakeReply {
        let page = request.query.firstMatch(of: /(^|&)p=([0-9]+)/).flatMap { Int($0.output.2) } ?? 0
        let start = page * Self.discussionsOnAPage
        let entries = repository.discussions.dropFirst(start).prefix(Self.discussionsOnAPage).map { discussion in
            let author = discussion.author.map { ", \"author\": {\"name\": \"\($0)\", \"type\": \"user\"}" } ?? ""
            return "{\"num\": \(discussion.number), \"title\": \(discussion.title.debugDescription), "
                + "\"status\": \"\(discussion.status)\", \"isPullRequest\": \(discussion.isPullRequest), "
                + "\"createdAt\": \"2023-11-14T22:13:20.000Z\", \"repo\": {\"name\": \"\(name)\", \"type\": \"model\"}\(author)}"
        }
        return json(
            "{\"discussions\": [\(entries.joined(separator: ","))], \"count\": \(repository.discussions.count), "
                + "\"start\": \(start), \"numClosedDiscussions\": 0}")
    }

    private func commits(_ name: String, _ revision: String) -> FakeReply {
        let commits = repositories[name]?.commits(of: Self.unescaped(revision)) ?? []
        let entries = commits.map {
            "{\"id\": \"\($0)\", \"title\": \"A change\", \"message\": \"\", \"authors\": [], "
                + "\"date\": \"2023-11-14T22:13:20.000Z\"}"
        }
        return json("[\(entries.joined(separator: ","))]")
    }

    private func listing(_ name: String, _ repository: FakeRepository) -> FakeReply {
        let files = repository.listing ?? repository.files.keys.sorted()
        let siblings = files.map { file in
            guard repository.listsContents, let bytes = repository.files[file] else {
                return "{\"rfilename\": \(file.debugDescription)}"
            }
            let tag = FakeRepository.tag(file, bytes)
            let content = FakeRepository.isLarge(file) ? "\"lfs\": {\"sha256\": \"\(tag)\"}" : "\"blobId\": \"\(tag)\""
            return "{\"rfilename\": \(file.debugDescription), \"size\": \(bytes.count), \(content)}"
        }.joined(separator: ",")
        return json("{\"id\": \"\(name)\", \"sha\": \"\(repository.commit)\", \"siblings\": [\(siblings)]}")
    }

    private func tree(_ repository: FakeRepository) -> FakeReply {
        let entries = repository.files.sorted { $0.key < $1.key }.map { path, bytes in
            let tag = FakeRepository.tag(path, bytes)
            let large = ", \"lfs\": {\"oid\": \"\(tag)\", \"size\": \(bytes.count), \"pointerSize\": 130}"
            return "{\"type\": \"file\", \"path\": \"\(path)\", \"size\": \(bytes.count), \"oid\": \"\(tag)\""
                + (FakeRepository.isLarge(path) ? large : "") + "}"
        }
        return json("[\(entries.joined(separator: ","))]")
    }

    private func json(_ text: String) -> FakeReply {
        FakeReply(status: 200, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }

    private func file(_ path: String, _ repository: FakeRepository, _ request: FakeRequest) -> FakeReply {
        guard let bytes = repository.files[path] else { return FakeReply(status: 404, code: "EntryNotFound") }
        let tag = FakeRepository.tag(path, bytes)
        guard FakeRepository.isLarge(path) else {
            return FakeReply(status: 200, headers: ["ETag": "\"\(tag)\""], body: bytes)
        }
        return FakeReply(
            status: 302,
            headers: [
                "Location": "\(elsewhere)/\(tag)?signature=secret", "X-Linked-Etag": "\"\(tag)\"",
                "X-Linked-Size": "\(bytes.count)",
            ])
    }

    private func largeFile(_ request: FakeRequest) -> FakeReply {
        let files = repositories.values.flatMap { [$0.files] + $0.discussions.map(\.files) }
        for (path, bytes) in files.joined() where FakeRepository.isLarge(path) {
            guard request.path == "/\(FakeRepository.tag(path, bytes))" else { continue }
            // As Amazon's S3: the tag there is another one.
            let headers = ["ETag": "\"0123456789abcdef\"", "Accept-Ranges": "bytes"]
            guard let range = request.range else { return FakeReply(status: 200, headers: headers, body: bytes) }
            let clamped = range.clamped(to: 0..<bytes.count)
            let place = "bytes \(clamped.lowerBound)-\(clamped.upperBound - 1)/\(bytes.count)"
            return FakeReply(
                status: 206, headers: headers.merging(["Content-Range": place]) { $1 }, body: Array(bytes[clamped]))
        }
        return FakeReply(status: 404)
    }
}
