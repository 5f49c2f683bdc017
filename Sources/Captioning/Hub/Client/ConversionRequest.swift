import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// A pull request in which the Hub's conversion bot adds safetensors to a repository whose `main` has none.
///
/// It is found as transformers finds it (`safetensors_conversion.py`): by its title, open, and with the head of `main` as
/// the parent of its last commit, so that what was converted is what `main` has now. Anybody may open a request of that title;
/// this one must be the bot's own, also in a private repository, where transformers takes anybody's.
struct ConversionRequest: Sendable, Equatable {
    static let title = "Adding `safetensors` variant of this model"
    static let author = "SFconvertbot"

    /// How much is read before the search ends: pages of requests, bytes of all answers, and requests whose commits are looked at.
    private static let mostPages = 20
    private static let mostBytes = 8 << 20
    private static let mostCandidates = 10

    /// `refs/pr/N`.
    let revision: Revision
    /// Its last commit, whose parent is `main`'s.
    let commit: Commit

    /// The conversion of what `main` holds; nil where there is none.
    ///
    /// - Parameter main: the commit at the head of `main`.
    /// - Throws: ``PassingFailure`` for what may pass; `HubError` where the Hub does not say which pull requests there are.
    static func find(
        _ reference: ModelReference, main: Commit, _ client: HubClient
    ) async throws -> ConversionRequest? {
        var bytesLeft = mostBytes
        var candidates = 0
        for number in 0..<mostPages {
            // Servers that know these filters send one page; the others send whatever they have.
            let filters = "type=pull_request&status=open&author=\(author)"
            let page = try await Page(
                answer("discussions?p=\(number)&\(filters)", "pull requests", reference, client, &bytesLeft), reference)
            for revision in page.conversions where candidates < mostCandidates {
                candidates += 1
                let commits = try await Self.commits(
                    answer("commits/\(revision.urlComponent)", "commits of \(revision)", reference, client, &bytesLeft),
                    revision, reference)
                if commits.count > 1, commits[1] == main {
                    return ConversionRequest(revision: revision, commit: commits[0])
                }
            }
            if page.isLast { return nil }
        }
        throw HubError(.unexpectedAnswer, "The list of pull requests of \(reference.name) has no end; it is not used.")
    }

    /// The body of an answer about a repository.
    private static func answer(
        _ path: String, _ subject: String, _ reference: ModelReference, _ client: HubClient, _ bytesLeft: inout Int
    ) async throws -> Data {
        let url = try client.url("/api/models/\(reference.name)/\(path)")
        let answer = try await client.send(.GET, url)
        let status = answer.response.status.code
        guard status == 200 else {
            // Refusals mean nothing for the repository itself, whose files were just listed: a mirror may not have this call, and a
            // repository may have no discussions.
            guard [408, 429].contains(status) || status >= 500 else {
                throw HubError(
                    .unexpectedAnswer,
                    "\(url.host ?? "The Hub") answers \(status) when asked for the \(subject) of \(reference.name).")
            }
            throw client.failure(answer, reference)
        }
        let body = try await client.body(answer, upTo: bytesLeft, "The list of \(subject) of \(reference.name)")
        bytesLeft -= body.count
        return body
    }

    /// One page of `GET /api/models/<name>/discussions`.
    struct Page: Decodable {
        struct Discussion: Decodable {
            struct Author: Decodable {
                let name: String?
            }

            let num: Int?
            let title: String?
            let status: String?
            let isPullRequest: Bool?
            /// Nil where the account was removed.
            let author: Author?

            /// What the request proposes; nil where it is none of the bot's conversions, or is not open.
            var conversion: Revision? {
                guard isPullRequest == true, status == "open", title == ConversionRequest.title,
                    author?.name == ConversionRequest.author, let num, num > 0
                else { return nil }
                return try? Revision("refs/pr/\(num)")
            }
        }

        let discussions: [Discussion]
        /// Discussions on all pages.
        let count: Int
        /// Of those, how many stand on the pages before.
        let start: Int

        init(_ body: Data, _ reference: ModelReference) throws(HubError) {
            guard let page = try? JSONDecoder().decode(Page.self, from: body) else {
                throw ConversionRequest.nonsense("pull requests", reference)
            }
            self = page
        }

        var conversions: [Revision] { discussions.compactMap(\.conversion) }

        var isLast: Bool {
            let (end, overflow) = start.addingReportingOverflow(discussions.count)
            return discussions.isEmpty || overflow || end >= count
        }
    }

    /// What `GET /api/models/<name>/commits/<revision>` lists, the last one first.
    static func commits(
        _ body: Data, _ revision: Revision, _ reference: ModelReference
    ) throws(HubError) -> [Commit] {
        struct Entry: Decodable {
            let id: String
        }
        guard let entries = try? JSONDecoder().decode([Entry].self, from: body) else {
            throw nonsense("commits of \(revision)", reference)
        }
        let commits = entries.compactMap { Commit($0.id) }
        guard commits.count == entries.count else { throw nonsense("commits of \(revision)", reference) }
        return commits
    }

    private static func nonsense(_ subject: String, _ reference: ModelReference) -> HubError {
        HubError(
            .unexpectedAnswer,
            "What was answered when asked for the \(subject) of \(reference.name) is not what a Hub says.")
    }
}
