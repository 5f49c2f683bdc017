import Foundation

@testable import Hub
@testable import Serving
@testable import Settings

// MARK: Settings

extension FuzzTarget {
    /// A `.env` file is read, or refused with the line that is wrong; no value of it is repeated.
    static let environmentFile = FuzzTarget(name: "env") { input in
        do throws(SettingsError) {
            let file = try EnvironmentFile(path: ".env", bytes: input)
            for entry in file.entries {
                try? FuzzFinding.unless(!entry.name.isEmpty, "A setting without a name")
            }
        } catch {
            try FuzzFinding.unless(error.message.contains("Line "), "No line is named: \(error.message)")
        }
    }
}

// MARK: The Hub

extension FuzzTarget {
    /// What a Hub, or whoever answers in its place, says: header values, lists of files, of pull requests and of commits.
    ///
    /// The first byte says what the rest is.
    static let hubAnswer = FuzzTarget(name: "hub") { input in
        guard let first = input.first else { return }
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        switch first % 8 {
        case 0:
            if let tag = ETag(header: text) {
                try FuzzFinding.unless(!tag.description.contains("/"), "A tag that leads elsewhere: \(tag)")
            }
            if let range = ContentRange(text) {
                try FuzzFinding.unless(!range.range.isEmpty, "An empty range of \(text.debugDescription)")
            }
            if let delay = RetryAfter.delay(text) {
                try FuzzFinding.unless((.zero ... .seconds(86_400)).contains(delay), "A wait of \(delay)")
            }
        case 1:
            let repository = try RepositoryName("a/b")
            if let name = try? FileName(text, of: repository) {
                try FuzzFinding.unless(
                    !name.description.hasPrefix("/") && !name.description.split(separator: "/").contains(".."),
                    "A file name that leads elsewhere: \(name)")
            }
            if let reference = try? ModelReference(text) {
                try FuzzFinding.unless(
                    !"\(reference.revision)".split(separator: "/").contains("..")
                        && !reference.name.folderName.contains("/"),
                    "A name that leads elsewhere: \(reference)")
            }
        case 4:
            let body = Data(input.dropFirst())
            guard let page = try? ConversionRequest.Page(body, ModelReference("a/b")) else { return }
            _ = page.isLast
            for revision in page.conversions {
                try FuzzFinding.unless(
                    revision.description.wholeMatch(of: /refs\/pr\/[1-9][0-9]*/) != nil,
                    "A revision that is no pull request's: \(revision)")
            }
        case 5:
            let reference = try ModelReference("a/b")
            let commits = try? ConversionRequest.commits(Data(input.dropFirst()), reference.revision, reference)
            for commit in commits ?? [] {
                try FuzzFinding.unless(commit.description.utf8.count == 40, "No commit: \(commit)")
            }
        default:
            let index = first % 2 == 0 ? "model.safetensors.index.json" : "pytorch_model.bin.index.json"
            try ScratchFolder.with { folder in
                let file = try folder.write(Array(input.dropFirst()), as: index)
                do throws(HubError) {
                    let shards = try NeededFiles.shards(file, of: RepositoryName("a/b"))
                    if shards.contains(where: { !$0.isAtTop }) { throw HubError(.unexpectedAnswer, "") }
                } catch {
                    try FuzzFinding.unless(!error.message.isEmpty, "A shard in another folder")
                }
            }
        }
    }
}

// MARK: The caption cache

extension FuzzTarget {
    /// A row of the caption cache is a caption or none.
    static let cachedCaption = FuzzTarget(name: "cache") { input in
        _ = try? JSONDecoder().decode(CachedCaption.self, from: Data(input))
    }
}
