import Concurrency

/// What was found for a song, or that nothing was; bounded, and each for a time.
struct LookupCache: Sendable {
    private struct Entry {
        let link: SongLink?
        let expiry: Duration
    }

    private let entries: LRUCache<LookupKey, Entry>

    init(capacity: Int) {
        entries = LRUCache(capacity: max(1, capacity))
    }

    var count: Int { entries.count }

    /// The outer nil: nothing is known.
    func answer(_ key: LookupKey, at now: Duration) -> SongLink?? {
        guard let entry = entries.value(key), now < entry.expiry else { return nil }
        return .some(entry.link)
    }

    func keep(_ link: SongLink?, for key: LookupKey, until expiry: Duration) {
        entries.insert(Entry(link: link, expiry: expiry), for: key)
    }
}

/// What of a song decides its answer.
struct LookupKey: Hashable {
    let isrc: String?
    let title: String
    let artist: String
    let duration: Int?
}
