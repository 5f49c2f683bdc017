extension Song {
    /// This song with what another row says of it; see ``SongWriter``.
    ///
    /// - Parameter isRight: whether the other row replaces what is known, its source too, or only adds to it.
    func enriched(with other: Song, isRight: Bool) -> Song {
        func chosen<Value>(_ field: KeyPath<Song, Value?>) -> Value? {
            isRight ? other[keyPath: field] ?? self[keyPath: field] : self[keyPath: field] ?? other[keyPath: field]
        }
        var result = self
        if isRight { result.source = other.source }
        result.album = chosen(\.album)
        result.year = chosen(\.year)
        result.durationMilliseconds = chosen(\.durationMilliseconds)
        result.isExplicit = chosen(\.isExplicit)
        result.isrc = chosen(\.isrc)
        result.musicBrainzID = chosen(\.musicBrainzID)
        result.spotifyID = chosen(\.spotifyID)
        result.path = chosen(\.path)
        result.licence = chosen(\.licence)
        result.isEmbeddable = isEmbeddable && other.isEmbeddable
        result.features.enrich(with: other.features, isRight: isRight)
        var tags = Dictionary(tags.map { (Key($0), $0) }) { first, _ in first }
        for tag in other.tags {
            let isKnown = tags[Key(tag)] != nil
            if isKnown ? isRight : tags.count < Self.mostTags { tags[Key(tag)] = tag }
        }
        result.tags = Array(tags.values)
        result.tags = result.sortedTags
        return result
    }

    /// Tags that a song may gather: each row about it reads all of them.
    private static let mostTags = 200

    /// The tags as they come out of the catalogue's file: by kind and name, each once.
    var sortedTags: [SongTag] {
        Dictionary(tags.map { (Key($0), $0) }) { first, _ in first }.values
            .sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }

    /// What a song has once at most.
    private struct Key: Hashable {
        let kind: SongTag.Kind
        let name: String

        init(_ tag: SongTag) {
            kind = tag.kind
            name = tag.name
        }
    }
}

extension SongFeatures {
    fileprivate mutating func enrich(with other: SongFeatures, isRight: Bool) {
        func take<Value>(_ field: WritableKeyPath<SongFeatures, Value?>) {
            guard let value = other[keyPath: field], isRight || self[keyPath: field] == nil else { return }
            self[keyPath: field] = value
        }
        take(\.tempo)
        take(\.key)
        take(\.isMajor)
        take(\.energy)
        take(\.valence)
        take(\.danceability)
        take(\.acousticness)
        take(\.instrumentalness)
        take(\.liveness)
        take(\.speechiness)
        take(\.loudness)
        take(\.timeSignature)
        take(\.tempoMarking)
    }
}
