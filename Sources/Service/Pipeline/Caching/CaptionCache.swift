import Foundation
public import Logging
import Synchronization

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
    /// Captions that are not written to disk before their model is proved.
    private let held = Held()

    /// What waits for the proof of its model.
    private final class Held: Sendable {
        struct State {
            var isHolding = false
            var captions: [(RememberedCaption, CaptionKey)] = []
        }

        let state = Mutex(State())
    }

    /// Makes a cache.
    ///
    /// - Parameters:
    ///   - path: the SQLite file; it is made when the cache is opened.
    ///   - timeToLive: how long a caption is remembered.
    ///   - maxBytes: the most bytes in memory; zero for none.
    ///   - maxEntries: the most captions on disk; zero for no file.
    ///   - metrics: counts what goes wrong with the file.
    public init(
        path: String, timeToLive: Duration, maxBytes: Int, maxEntries: Int, metrics: CaptionMetrics = CaptionMetrics(),
        logger: Logger
    ) {
        self.init(
            path: path, timeToLive: timeToLive, maxBytes: maxBytes, maxEntries: maxEntries, metrics: metrics,
            logger: logger, now: { Date().timeIntervalSince1970 })
    }

    init(
        path: String, timeToLive: Duration, maxBytes: Int, maxEntries: Int,
        patience: CaptionStore.Patience = CaptionStore.Patience(), metrics: CaptionMetrics = CaptionMetrics(),
        logger: Logger, now: @escaping @Sendable () -> Double
    ) {
        self.timeToLive = timeToLive.inSeconds
        recent = RecentCaptions(maxBytes: maxBytes)
        store = CaptionStore(
            path: path, maxEntries: maxEntries, timeToLive: timeToLive.inSeconds, patience: patience, metrics: metrics,
            logger: logger)
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

    /// Remembers a caption, in memory at once and on disk a moment later, or once ``release()`` is called.
    func remember(_ result: CaptionResult, _ key: CaptionKey) {
        let caption = RememberedCaption(result, created: now())
        recent.remember(caption, key)
        let isHeld = held.state.withLock { held in
            guard held.isHolding else { return false }
            if held.captions.count < CaptionStore.queueLimit { held.captions.append((caption, key)) }
            return true
        }
        if !isHeld { store.remember(caption, key) }
    }

    // MARK: Captions of a model that is not proved yet

    /// Keeps captions from the disk until it is known whether the model is sound.
    func hold() {
        held.state.withLock { $0.isHolding = true }
    }

    /// The model is sound: what was held is written.
    func release() {
        let captions = held.state.withLock { held in
            defer { held = Held.State() }
            return held.captions
        }
        for (caption, key) in captions { store.remember(caption, key) }
    }

    /// The model is not sound: what is in memory is forgotten, and nothing is written any more.
    func discard() {
        held.state.withLock { $0 = Held.State(isHolding: true) }
        recent.forgetAll()
    }
}

extension CaptionCache {
    /// The cache that the settings ask for; nil where they ask for none.
    public init?(_ settings: Settings, metrics: CaptionMetrics = CaptionMetrics(), logger: Logger) {
        guard settings.captionCacheTTL > .zero else { return nil }
        let folder = URL(fileURLWithPath: settings.modelCacheDirectory)
        self.init(
            path: folder.appendingPathComponent("captions.sqlite").path, timeToLive: settings.captionCacheTTL,
            maxBytes: settings.captionCacheMemory, maxEntries: settings.captionCacheEntries, metrics: metrics,
            logger: logger)
    }
}
