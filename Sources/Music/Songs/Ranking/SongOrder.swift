import Randomness

/// Which of two songs comes first: the one with the higher score, of equals the one with the higher hash of seed and id.
struct SongOrder {
    let ids: [Int64]
    let scores: [Float]
    let seed: UInt64

    func precedes(_ first: Int, _ second: Int) -> Bool {
        if scores[first] != scores[second] { return scores[first] > scores[second] }
        let (one, other) = (hash(first), hash(second))
        return one == other ? ids[first] < ids[second] : one > other
    }

    /// The same in every process.
    private func hash(_ song: Int) -> UInt64 {
        SplitMix64.mix(UInt64(bitPattern: ids[song]) &+ (seed &+ 1) &* SplitMix64.step)
    }
}

/// The first few of many songs in an order, without sorting the many: a heap with the last of them on top.
struct FirstSongs {
    private let order: SongOrder
    private let capacity: Int
    private var heap: [Int] = []

    init(_ order: SongOrder, capacity: Int) {
        self.order = order
        self.capacity = capacity
        heap.reserveCapacity(capacity)
    }

    mutating func add(_ song: Int) {
        if heap.count < capacity {
            heap.append(song)
            rise()
        } else if let last = heap.first, order.precedes(song, last) {
            heap[0] = song
            sink()
        }
    }

    /// The first one first.
    var sorted: [Int] { heap.sorted(by: order.precedes) }

    private mutating func rise() {
        var place = heap.count - 1
        while place > 0, order.precedes(heap[(place - 1) / 2], heap[place]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var last = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if order.precedes(heap[last], heap[child]) { last = child }
            }
            guard last != place else { return }
            heap.swapAt(place, last)
            place = last
        }
    }
}
