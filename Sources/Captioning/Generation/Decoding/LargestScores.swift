/// The largest of many scores, found in one pass without sorting the others: a heap with the smallest one on top.
///
/// Of equal scores the one that was offered first is the larger.
struct LargestScores {
    struct Entry {
        let score: Float
        /// What the caller calls it.
        let index: Int
        fileprivate let order: Int

        @inline(__always)
        fileprivate func isBelow(_ other: Entry) -> Bool {
            score != other.score ? score < other.score : order > other.order
        }
    }

    /// How many are kept.
    let limit: Int
    private var heap: [Entry] = []
    private var offered = 0

    init(_ limit: Int) {
        self.limit = limit
        heap.reserveCapacity(limit)
    }

    var count: Int { heap.count }

    /// The smallest of those that are kept; nil as long as there is room.
    var smallest: Float? { heap.count < limit ? nil : heap.first?.score }

    /// From the largest to the smallest.
    var sorted: [Entry] { heap.sorted { $1.isBelow($0) } }

    /// Offers a score; -∞ and NaN are never kept.
    mutating func offer(_ score: Float, index: Int) {
        guard score > -.infinity else { return }
        let entry = Entry(score: score, index: index, order: offered)
        offered += 1
        if heap.count < limit {
            heap.append(entry)
            rise()
        } else if let top = heap.first, top.isBelow(entry) {
            heap[0] = entry
            sink()
        }
    }

    /// Offers every logit, each with a number added to it.
    /// - Parameter first: the index of the first one.
    mutating func offer(_ logits: Logits, adding base: Float = 0, from first: Int = 0) {
        typealias Block = SIMD16<Float>
        let bytes = UnsafeRawBufferPointer(logits)
        var start = 0
        while start < logits.count {
            let end = min(start + Block.scalarCount, logits.count)
            // Nearly always a whole block is too small, and one comparison finds that out.
            if let smallest, end - start == Block.scalarCount {
                let block = bytes.loadUnaligned(
                    fromByteOffset: start * MemoryLayout<Float>.stride, as: Block.self)
                if !any(block + base .> smallest) {
                    start = end
                    continue
                }
            }
            for index in start..<end { offer(logits[index] + base, index: first + index) }
            start = end
        }
    }

    private mutating func rise() {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBelow(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in 2 * parent + 1...2 * parent + 2 where child < heap.count && heap[child].isBelow(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
