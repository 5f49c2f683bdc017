import Foundation
import Testing

@testable import Hub

@Suite("Hub names")
struct NameTests {
    @Test("Accepts valid model names", arguments: ["Salesforce/blip2-opt-2.7b", "a/b", "A_b.c/1-2", "0/0"])
    func takesNames(_ text: String) throws {
        let name = try RepositoryName(text)
        #expect(name.description == text)
        #expect(RepositoryName(folderName: name.folderName) == name)
    }

    @Test(
        "Refuses invalid model names before they become a path or a URL",
        arguments: [
            "", "blip2", "a/b/c", "/a", "a/", "../b", "a/..", "a/b..c", "a--b/c", "a/-b", "-a/b", "a/b.", "a/b.git",
            "a b/c", "a/b?c", "a/b#c", "a/b%2e", "a/ü", "a\\b/c", "a/b\n", "a/" + String(repeating: "b", count: 97),
            "https://huggingface.co/a/b",
        ])
    func refusesNames(_ text: String) {
        #expect(throws: HubError.self) { try RepositoryName(text) }
        #expect(#expect(throws: HubError.self) { try ModelReference(text) }?.code == .invalidName)
    }

    @Test(
        "Reads the revision after the @",
        arguments: [("a/b", "main"), ("a/b@v1.0", "v1.0"), ("a/b@refs/pr/1", "refs/pr/1")])
    func readsReferences(_ text: String, _ revision: String) throws {
        let reference = try ModelReference(text)
        #expect(reference.revision.description == revision)
        #expect(reference.description == text)
    }

    @Test(
        "Refuses invalid revisions",
        arguments: [
            "", "../main", "a/../b", "/main", "main/", "a//b", ".hidden", "a b", "a~1", "a^", "a:b", "a\\b", "ü", "-f",
        ])
    func refusesRevisions(_ text: String) {
        #expect(#expect(throws: HubError.self) { try ModelReference("a/b@\(text)") }?.code == .invalidRevision)
    }

    @Test("Only 40 lowercase hexadecimal digits are a commit")
    func tellsCommits() throws {
        #expect(try Revision(String(repeating: "0a", count: 20)).isCommit)
        #expect(try !Revision(String(repeating: "0A", count: 20)).isCommit)
        #expect(try !Revision("0a0a0a0").isCommit)
    }

    @Test("Escapes a revision into one URL component")
    func escapesRevisions() throws {
        #expect(try Revision("refs/pr/1").urlComponent == "refs%2Fpr%2F1")
    }

    @Test(
        "Refuses file names that would leave their folder",
        arguments: ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\\..\\b", "a\0b", "a\nb", "..", "a/"])
    func refusesFileNames(_ text: String) throws {
        let name = try RepositoryName("a/b")
        #expect(#expect(throws: HubError.self) { try FileName(text, of: name) }?.code == .hostileFileName)
    }

    @Test(
        "Removes the quotation marks from an ETag",
        arguments: [("\"abc\"", "abc"), ("W/\"0f-1\"", "0f-1"), ("abc", "abc")])
    func readsTags(_ header: String, _ tag: String) {
        #expect(ETag(header: header)?.description == tag)
    }

    @Test("Ignores an ETag that cannot be a blob's name", arguments: ["", "\"\"", "\"../x\"", "a/b", ".", "a b"])
    func refusesTags(_ header: String) {
        #expect(ETag(header: header) == nil)
    }

    @Test("Reads Content-Range, and ignores malformed ones")
    func readsContentRanges() {
        #expect(ContentRange("bytes 0-9/100") == ContentRange("bytes 0-9/100"))
        #expect(ContentRange("bytes 2-9/100")?.range == 2..<10)
        #expect(ContentRange("bytes 2-9/*")?.total == nil)
        for text in ["", "bytes */100", "bytes 9-2/100", "lines 0-9/100", "bytes 0-99999999999999999999/1"] {
            #expect(ContentRange(text) == nil)
        }
    }

    @Test("Reads Retry-After as seconds or as a date")
    func readsRetryAfter() {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        #expect(RetryAfter.delay("7") == .seconds(7))
        #expect(RetryAfter.delay("Tue, 14 Nov 2023 22:14:20 GMT", now: now) == .seconds(60))
        #expect(RetryAfter.delay("Tue, 14 Nov 2023 22:13:10 GMT", now: now) == .zero)
        #expect(RetryAfter.delay("soon") == nil)
        #expect(RetryAfter.delay("-1") == nil)
    }

    @Test("Measures the transfer rate over the last ten seconds")
    func measuresRates() {
        var rate = TransferRate()
        #expect(rate.add(0, at: .zero) == nil)
        #expect(rate.add(500, at: .milliseconds(500)) == nil)
        #expect(rate.add(2_000, at: .seconds(2)) == 1_000)
        for second in 3...30 { _ = rate.add(2_000 + (second - 2) * 10, at: .seconds(second)) }
        #expect(rate.add(2_290, at: .seconds(31)) == 10)
    }
}
