import Foundation
public import Logging

/// Captions that were made before: in memory first, then on disk.
public struct CaptionCache: Sendable {
    /// Where a remembered caption was found.
    enum Place {
        case memory, disk
    }

    private let timeToLive: Double
    private let recent: RecentCaptions
    private let store: CaptionStore
    private let now: @Sendable () -> Double

    /// Makes a cache.
    ///
    /// - Parameters:
    ///   - path: the SQLite file; it is made when the cache is opened.
    ///   - timeToLive: how long a caption is remembered.
    ///   - maxBytes: the most bytes in memory; zero for none.
    ///   - maxEntries: the most captions on disk; zero for no file.
    public init(path: String, timeToLive: Duration, maxBytes: Int, maxEntries: Int, logger: Logger) {
        self.init(
            path: path, timeToLive: timeToLive, maxBytes: maxBytes, maxEntries: maxEntries, logger: logger,
            now: { Date().timeIntervalSince1970 })
    }

    init(
        path: String, timeToLive: Duration, maxBytes: Int, maxEntries: Int, logger: Logger,
        now: @escaping @Sendable () -> Double
    ) {
        self.timeToLive = timeToLive.inSeconds
        recent = RecentCaptions(maxBytes: maxBytes)
        store = CaptionStore(
            path: path, maxEntries: maxEntries, timeToLive: timeToLive.inSeconds, logger: logger)
        self.now = now
    }

    /// Opens the file; captions found before that are those in memory.
    func open() async { await store.open() }

    /// Writes what is not on disk yet, and closes the file.
    func close() async { await store.close() }

    /// The caption of `key`, and where it was found.
    func caption(_ key: CaptionKey) async -> (RememberedCaption, Place)? {
        let now = now()
        if let caption = recent.caption(key) {
            if caption.created > now - timeToLive { return (caption, .memory) }
            recent.forget(key)
        }
        guard let caption = await store.caption(key, now: now) else { return nil }
        recent.remember(caption, key)
        return (caption, .disk)
    }

    /// Remembers a caption, in memory at once and on disk a moment later.
    func remember(_ result: CaptionResult, _ key: CaptionKey) async {
        let caption = RememberedCaption(result, created: now())
        recent.remember(caption, key)
        await store.remember(caption, key)
    }
}

extension CaptionCache {
    /// The cache that the settings ask for; nil where they ask for none.
    public init?(_ settings: Settings, logger: Logger) {
        guard settings.captionCacheTTL > .zero else { return nil }
        let folder = URL(fileURLWithPath: settings.modelCacheDirectory)
        self.init(
            path: folder.appendingPathComponent("captions.sqlite").path, timeToLive: settings.captionCacheTTL,
            maxBytes: settings.captionCacheMemory, maxEntries: settings.captionCacheEntries, logger: logger)
    }
}
