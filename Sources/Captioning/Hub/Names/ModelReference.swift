/// What a user writes for a model on the Hub: `organisation/name`, or `organisation/name@revision`.
public struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    public let name: RepositoryName
    /// The revision that was written; nil where none was.
    public let writtenRevision: Revision?

    public var revision: Revision { writtenRevision ?? .main }

    /// - Throws: `invalidName`, `invalidRevision`.
    public init(_ text: String) throws(HubError) {
        if let at = text.firstIndex(of: "@") {
            name = try RepositoryName(String(text[..<at]))
            writtenRevision = try Revision(String(text[text.index(after: at)...]))
        } else {
            name = try RepositoryName(text)
            writtenRevision = nil
        }
    }

    public init(name: RepositoryName, revision: Revision?) {
        self.name = name
        writtenRevision = revision
    }

    public var description: String {
        writtenRevision.map { "\(name)@\($0)" } ?? "\(name)"
    }
}
