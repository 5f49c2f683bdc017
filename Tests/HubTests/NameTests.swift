import Foundation
import Testing

@testable import Hub

@Suite("Names")
struct NameTests {
    @Test("Names of models are taken", arguments: ["Salesforce/blip2-opt-2.7b", "a/b", "A_b.c/1-2", "0/0"])
    func takesNames(_ text: String) throws {
        let name = try RepositoryName(text)
        #expect(name.description == text)
        #expect(RepositoryName(folderName: name.folderName) == name)
    }

    @Test(
        "What is no name of a model is refused, and never becomes a path or an address",
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
        "A revision stands behind an @",
        arguments: [("a/b", "main"), ("a/b@v1.0", "v1.0"), ("a/b@refs/pr/1", "refs/pr/1")])
    func readsReferences(_ text: String, _ revision: String) throws {
        let reference = try ModelReference(text)
        #expect(reference.revision.description == revision)
        #expect(reference.description == text)
    }

    @Test(
        "What is no revision is refused",
        arguments: [
            "", "../main", "a/../b", "/main", "main/", "a//b", ".hidden", "a b", "a~1", "a^", "a:b", "a\\b", "ü", "-f",
        ])
    func refusesRevisions(_ text: String) {
        #expect(#expect(throws: HubError.self) { try ModelReference("a/b@\(text)") }?.code == .invalidRevision)
    }

    @Test("Only 40 small hexadecimal digits are a commit")
    func tellsCommits() throws {
        #expect(try Revision(String(repeating: "0a", count: 20)).isCommit)
        #expect(try !Revision(String(repeating: "0A", count: 20)).isCommit)
        #expect(try !Revision("0a0a0a0").isCommit)
    }

    @Test("A revision is one component of an address")
    func escapesRevisions() throws {
        #expect(try Revision("refs/pr/1").urlComponent == "refs%2Fpr%2F1")
    }

    @Test(
        "File names that would leave their folder are refused",
        arguments: ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\\..\\b", "a\0b", "a\nb", "..", "a/"])
    func refusesFileNames(_ text: String) throws {
        let name = try RepositoryName("a/b")
        #expect(#expect(throws: HubError.self) { try FileName(text, of: name) }?.code == .hostileFileName)
    }

    @Test("Tags lose their quotation marks", arguments: [("\"abc\"", "abc"), ("W/\"0f-1\"", "0f-1"), ("abc", "abc")])
    func readsTags(_ header: String, _ tag: String) {
        #expect(ETag(header: header)?.description == tag)
    }

    @Test("Tags that could not be the name of a blob are none", arguments: ["", "\"\"", "\"../x\"", "a/b", ".", "a b"])
    func refusesTags(_ header: String) {
        #expect(ETag(header: header) == nil)
    }

    @Test("Places in a file are read, and nonsense is not")
    func readsContentRanges() {
        #expect(ContentRange("bytes 0-9/100") == ContentRange("bytes 0-9/100"))
        #expect(ContentRange("bytes 2-9/100")?.range == 2..<10)
        #expect(ContentRange("bytes 2-9/*")?.total == nil)
        for text in ["", "bytes */100", "bytes 9-2/100", "lines 0-9/100", "bytes 0-99999999999999999999/1"] {
            #expect(ContentRange(text) == nil)
        }
    }

    @Test("The time to come back is seconds or a moment")
    func readsRetryAfter() {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        #expect(RetryAfter.delay("7") == .seconds(7))
        #expect(RetryAfter.delay("Tue, 14 Nov 2023 22:14:20 GMT", now: now) == .seconds(60))
        #expect(RetryAfter.delay("Tue, 14 Nov 2023 22:13:10 GMT", now: now) == .zero)
        #expect(RetryAfter.delay("soon") == nil)
        #expect(RetryAfter.delay("-1") == nil)
    }

    @Test("The rate is that of the last ten seconds")
    func measuresRates() {
        var rate = TransferRate()
        #expect(rate.add(0, at: .zero) == nil)
        #expect(rate.add(500, at: .milliseconds(500)) == nil)
        #expect(rate.add(2_000, at: .seconds(2)) == 1_000)
        for second in 3...30 { _ = rate.add(2_000 + (second - 2) * 10, at: .seconds(second)) }
        #expect(rate.add(2_290, at: .seconds(31)) == 10)
    }
}
