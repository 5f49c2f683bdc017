import Synchronization

/// The captions that were made or asked for last, in memory, bounded in bytes.
///
/// Two generations stand in for an order by age: when the younger one is full the elder is dropped and the younger takes
/// its place; a caption that is asked for moves back into the younger.
final class RecentCaptions: Sendable {
    private struct State {
        var younger: [CaptionKey: RememberedCaption] = [:]
        var elder: [CaptionKey: RememberedCaption] = [:]
        var youngerBytes = 0
    }

    private let maxGenerationBytes: Int
    private let state = Mutex(State())

    /// Makes a memory of about `maxBytes` at most; zero remembers nothing.
    init(maxBytes: Int) {
        maxGenerationBytes = maxBytes / 2
    }

    /// The caption of `key`, if it is still there.
    func caption(_ key: CaptionKey) -> RememberedCaption? {
        state.withLock { state in
            if let caption = state.younger[key] { return caption }
            guard let caption = state.elder[key] else { return nil }
            add(caption, key, &state)
            return caption
        }
    }

    /// Remembers a caption.
    func remember(_ caption: RememberedCaption, _ key: CaptionKey) {
        state.withLock { add(caption, key, &$0) }
    }

    /// Forgets a caption.
    func forget(_ key: CaptionKey) {
        state.withLock { state in
            state.elder[key] = nil
            if let old = state.younger.removeValue(forKey: key) { state.youngerBytes -= Self.bytes(old) }
        }
    }

    /// Forgets all captions.
    func forgetAll() {
        state.withLock { $0 = State() }
    }

    private func add(_ caption: RememberedCaption, _ key: CaptionKey, _ state: inout State) {
        let bytes = Self.bytes(caption)
        guard bytes <= maxGenerationBytes else { return }
        if let old = state.younger[key] { state.youngerBytes -= Self.bytes(old) }
        if state.youngerBytes + bytes > maxGenerationBytes {
            state.elder = state.younger
            state.younger = [:]
            state.youngerBytes = 0
        }
        state.younger[key] = caption
        state.youngerBytes += bytes
    }

    /// What an entry takes up: its texts, and about 400 bytes for the key, the numbers and the table.
    private static func bytes(_ caption: RememberedCaption) -> Int {
        400 + caption.caption.utf8.count + (caption.captions ?? []).reduce(0) { $0 + 16 + $1.utf8.count }
            + caption.picture.hash.utf8.count + caption.picture.format.utf8.count
    }
}
