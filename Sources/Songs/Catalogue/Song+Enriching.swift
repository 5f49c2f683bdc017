extension Song {
    /// This song with what another row says of it; see ``SongWriter``.
    func enriched(with other: Song) -> Song {
        let isSameSource = source == other.source
        func chosen<Value>(_ field: KeyPath<Song, Value?>) -> Value? {
            isSameSource ? other[keyPath: field] ?? self[keyPath: field] : self[keyPath: field] ?? other[keyPath: field]
        }
        var result = self
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
        result.features.enrich(with: other.features, isRight: isSameSource)
        var tags = Dictionary(tags.map { (Key($0), $0) }) { first, _ in first }
        for tag in other.tags where isSameSource || tags[Key(tag)] == nil { tags[Key(tag)] = tag }
        result.tags = tags.values.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
        return result
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
