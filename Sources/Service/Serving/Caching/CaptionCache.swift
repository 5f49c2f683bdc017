import Concurrency
public import Foundation
public import Logging
public import Settings
import Synchronization

/// The cache of captions, in several tiers. The fastest is asked first; a hit in a slower one is copied into it.
public struct CaptionCache: Sendable {
    private let tiers: [any ResultCache]
    private let timeToLive: Double
    private let now: @Sendable () -> Double
    /// Captions that wait until the files of their model are checked.
    private let held = Held()

    private final class Held: Sendable {
        struct State {
            var isHolding = false
            var captions: [(CachedCaption, CaptionKey)] = []
        }

        let state = Mutex(State())
    }

    /// The most captions that wait for a model to be checked.
    private static let mostHeld = 1000

    /// Makes a cache.
    ///
    /// - Parameters:
    ///   - tiers: the fastest first.
    ///   - timeToLive: after how long a caption is made anew.
    ///   - now: seconds since 1970.
    public init(
        _ tiers: [any ResultCache], timeToLive: Duration,
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        self.tiers = tiers
        self.timeToLive = timeToLive.inSeconds
        self.now = now
    }

    /// Opens all tiers, at the same time.
    func open() async {
        await withDiscardingTaskGroup { group in
            for tier in tiers { group.addTask { await tier.open() } }
        }
    }

    /// Writes what is left, and closes all tiers.
    func close() async {
        for tier in tiers { await tier.close() }
    }

    /// The caption of `key`, and the name of the tier that had it.
    func get(_ key: CaptionKey) async -> (CachedCaption, tier: String)? {
        let oldest = now() - timeToLive
        for (index, tier) in tiers.enumerated() {
            guard let caption = try? await tier.get(key), caption.created > oldest else { continue }
            for faster in tiers[..<index] { try? await faster.put(caption, for: key) }
            return (caption, tier.name)
        }
        return nil
    }

    /// Stores a caption: at once in tiers that end with the process; in persistent ones at once or in ``release()``.
    func put(_ result: CaptionResult, for key: CaptionKey) async {
        let caption = CachedCaption(result, created: now())
        let isHeld = held.state.withLock { held in
            guard held.isHolding else { return false }
            if held.captions.count < Self.mostHeld { held.captions.append((caption, key)) }
            return true
        }
        for tier in tiers where !isHeld || !tier.isPersistent { try? await tier.put(caption, for: key) }
    }

    // MARK: Captions of a model whose files are not checked yet

    /// Holds captions back from persistent tiers until the model's files are checked.
    func hold() {
        held.state.withLock { $0.isHolding = true }
    }

    /// The model is sound: writes the captions that were held back.
    func release() async {
        let captions = held.state.withLock { held in
            defer { held = Held.State() }
            return held.captions
        }
        for tier in tiers where tier.isPersistent {
            for (caption, key) in captions { try? await tier.put(caption, for: key) }
        }
    }

    /// The model is not sound: drops the captions in memory, and writes none any more.
    func discard() async {
        held.state.withLock { $0 = Held.State(isHolding: true) }
        for tier in tiers where !tier.isPersistent { await tier.removeAll() }
    }
}

extension CaptionCache {
    /// The cache that the settings ask for: memory, then a SQLite file beside the compiled models; nil for none.
    ///
    /// This is the one place where tiers are composed; another one is a ``ResultCache`` and a line here.
    public init?(_ settings: Settings, metrics: CaptionMetrics = CaptionMetrics(), logger: Logger) {
        guard settings.captionCacheTTL > .zero else { return nil }
        let folder = URL(fileURLWithPath: settings.modelCacheDirectory)
        self.init(
            [
                MemoryTier(maxBytes: settings.captionCacheMemory),
                SQLiteTier(
                    path: folder.appendingPathComponent("captions.sqlite").path,
                    maxEntries: settings.captionCacheEntries, timeToLive: settings.captionCacheTTL.inSeconds,
                    metrics: metrics, logger: logger),
            ], timeToLive: settings.captionCacheTTL)
    }
}
