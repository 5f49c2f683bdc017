import Synchronization

/// A bounded cache in memory: when it is full, what was used least recently goes first (LRU). May be used from any thread.
public final class LRUCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let key: Key
        var value: Value
        var cost: Int
        /// The neighbours in the order of use; nil at the ends.
        var newer: Int?
        var older: Int?
    }

    private struct State {
        var places: [Key: Int] = [:]
        var entries: [Entry?] = []
        var freePlaces: [Int] = []
        var newest: Int?
        var oldest: Int?
        var cost = 0
    }

    private let capacity: Int
    private let cost: @Sendable (Value) -> Int
    private let state = Mutex(State())

    /// Makes a cache.
    ///
    /// - Parameters:
    ///   - capacity: the most that all values may cost together; zero or less keeps nothing.
    ///   - cost: what a value costs, such as its bytes; 1 by default, so that `capacity` is a number of values. A value that costs
    ///     more than `capacity` is not kept.
    public init(capacity: Int, cost: @escaping @Sendable (Value) -> Int = { _ in 1 }) {
        self.capacity = capacity
        self.cost = cost
    }

    /// How many values there are.
    public var count: Int { state.withLock(\.places.count) }

    /// The value of `key`, which then counts as used last; nil where there is none.
    public func value(_ key: Key) -> Value? {
        state.withLock { state in
            guard let place = state.places[key], let value = state.entries[place]?.value else { return nil }
            Self.unlink(place, &state)
            Self.linkAsNewest(place, &state)
            return value
        }
    }

    /// Keeps a value, in place of an older one of the same key.
    public func insert(_ value: Value, for key: Key) {
        let cost = max(0, cost(value))
        state.withLock { state in
            Self.remove(key, &state)
            guard cost <= capacity, capacity > 0 else { return }
            while state.cost + cost > capacity, let oldest = state.oldest, let entry = state.entries[oldest] {
                Self.remove(entry.key, &state)
            }
            let entry = Entry(key: key, value: value, cost: cost)
            let place: Int
            if let free = state.freePlaces.popLast() {
                state.entries[free] = entry
                place = free
            } else {
                state.entries.append(entry)
                place = state.entries.count - 1
            }
            state.places[key] = place
            state.cost += cost
            Self.linkAsNewest(place, &state)
        }
    }

    /// Drops the value of `key`.
    public func remove(_ key: Key) {
        state.withLock { Self.remove(key, &$0) }
    }

    /// Drops all values.
    public func removeAll() {
        state.withLock { $0 = State() }
    }

    private static func remove(_ key: Key, _ state: inout State) {
        guard let place = state.places.removeValue(forKey: key) else { return }
        unlink(place, &state)
        state.cost -= state.entries[place]?.cost ?? 0
        state.entries[place] = nil
        state.freePlaces.append(place)
    }

    private static func unlink(_ place: Int, _ state: inout State) {
        let (newer, older) = (state.entries[place]?.newer, state.entries[place]?.older)
        if let newer { state.entries[newer]?.older = older } else { state.newest = older }
        if let older { state.entries[older]?.newer = newer } else { state.oldest = newer }
        state.entries[place]?.newer = nil
        state.entries[place]?.older = nil
    }

    private static func linkAsNewest(_ place: Int, _ state: inout State) {
        state.entries[place]?.older = state.newest
        if let newest = state.newest { state.entries[newest]?.newer = place } else { state.oldest = place }
        state.newest = place
    }
}
