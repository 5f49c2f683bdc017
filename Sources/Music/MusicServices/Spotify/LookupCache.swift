/// What was found for a song, or that nothing was; bounded, and each for a time.
struct LookupCache {
    private struct Entry {
        let link: SongLink?
        let expiry: Duration
        let number: Int
    }

    private let capacity: Int
    private var entries: [LookupKey: Entry] = [:]
    private var number = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    /// The outer nil: nothing is known.
    func answer(_ key: LookupKey, at now: Duration) -> SongLink?? {
        guard let entry = entries[key], now < entry.expiry else { return nil }
        return .some(entry.link)
    }

    mutating func keep(_ link: SongLink?, for key: LookupKey, until expiry: Duration) {
        if entries[key] == nil, entries.count >= capacity { forgetOldest() }
        number += 1
        entries[key] = Entry(link: link, expiry: expiry, number: number)
    }

    /// An eighth at once, so that a full cache does not sort itself for each song.
    private mutating func forgetOldest() {
        let oldest = entries.sorted { $0.value.number < $1.value.number }.prefix(max(1, capacity / 8))
        for (key, _) in oldest { entries[key] = nil }
    }
}

/// What of a song decides its answer.
struct LookupKey: Hashable {
    let isrc: String?
    let title: String
    let artist: String
    let duration: Int?
}
