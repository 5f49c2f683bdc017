/// Looks for the safetensors that the Hub's conversion bot offers for a `main` that has none, and compares the pull request
/// with `main`.
struct ConversionSearch: Sendable {
    /// A pull request that adds weights to `main` and changes nothing else that is used.
    struct Found: Sendable {
        let request: ConversionRequest
        /// Its files.
        let listing: RepositoryListing
        /// Its safetensors, or the index of their shards.
        let weights: FileName
        /// What the Hub says of the other files that are used, in the pull request and on `main`; contents are the same.
        let companions: [FileMetadata]
        let originals: [FileMetadata]
    }

    enum Outcome: Sendable {
        case found(Found)
        case none
        /// There is one, which is not used; a sentence says why.
        case unusable(String)
    }

    let reference: ModelReference
    /// The files of `main`.
    let listing: RepositoryListing
    let client: HubClient
    /// What the Hub says of files of a revision, in their order.
    let metadata: @Sendable ([FileName], RepositoryListing) async throws -> [FileMetadata]

    /// - Throws: ``PassingFailure``, `HubError` where the Hub does not say it.
    func run() async throws -> Outcome {
        guard let request = try await ConversionRequest.find(reference, main: listing.commit, client) else {
            return .none
        }
        let theirs = try await RepositoryListing.get(
            ModelReference(name: reference.name, revision: request.revision), client)
        func unusable(_ reason: String) -> Outcome {
            .unusable("\(request.revision) of \(reference.name) offers safetensors, but \(reason), so it is not used.")
        }
        // The list is asked for by the pull request's name, which somebody may have pushed to meanwhile.
        guard theirs.commit == request.commit else { return unusable("it changed while it was looked at") }
        guard let weights = NeededFiles.safetensors(of: theirs.files) else {
            return unusable("it has neither model.safetensors nor model.safetensors.index.json")
        }
        let (own, others) = (NeededFiles.companions(of: listing.files), NeededFiles.companions(of: theirs.files))
        guard own == others else { return unusable("it adds or removes other files") }
        let (originals, companions) = (try await metadata(own, listing), try await metadata(others, theirs))
        if let changed = zip(originals, companions).first(where: { $0.etag != $1.etag }) {
            return unusable("its \(changed.0.file) is another one")
        }
        return .found(
            Found(request: request, listing: theirs, weights: weights, companions: companions, originals: originals))
    }
}
