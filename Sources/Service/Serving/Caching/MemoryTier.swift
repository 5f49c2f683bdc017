import Concurrency

/// The most recently used captions, in memory, bounded in bytes (LRU).
struct MemoryTier: ResultCache {
    let name = "memory"
    let isPersistent = false
    private let captions: LRUCache<CaptionKey, CachedCaption>

    /// Makes a tier of about `maxBytes` at most; zero keeps nothing.
    init(maxBytes: Int) {
        captions = LRUCache(capacity: maxBytes, cost: Self.bytes)
    }

    func get(_ key: CaptionKey) -> CachedCaption? { captions.value(key) }
    func put(_ caption: CachedCaption, for key: CaptionKey) { captions.insert(caption, for: key) }
    func removeAll() { captions.removeAll() }

    /// What an entry takes up: its texts, and about 400 bytes for the key, the numbers and the table.
    @Sendable private static func bytes(_ caption: CachedCaption) -> Int {
        400 + caption.caption.utf8.count + (caption.captions ?? []).reduce(0) { $0 + 16 + $1.utf8.count }
            + 8 * (caption.scores?.count ?? 0)
            + caption.picture.hash.utf8.count + caption.picture.format.utf8.count
    }
}
