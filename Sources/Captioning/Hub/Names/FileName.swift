/// The path of a file within a repository, found to stay within its folder.
struct FileName: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// - Throws: `hostileFileName` for a path that is absolute, goes upwards, or holds what no path should.
    init(_ text: String, of repository: RepositoryName) throws(HubError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }
        guard isSafe, isPlain, text.utf8.count <= 1024 else {
            throw HubError(
                .hostileFileName,
                "\(repository) names a file \(String(text.prefix(200)).debugDescription), which could be written outside "
                    + "of its folder. Nothing was fetched; do not use this repository.")
        }
        description = text
    }

    /// Whether it lies in the repository's first folder.
    var isAtTop: Bool { !description.contains("/") }
}
