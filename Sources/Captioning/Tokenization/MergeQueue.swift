/// A merge that may be carried out: of the symbol at `position` with the one after it, into `token`.
struct MergeCandidate {
    /// The merge's place in the merge list; the lowest goes first.
    let rank: Int
    let position: Int
    let token: Int

    func comesBefore(_ other: MergeCandidate) -> Bool {
        (rank, position) < (other.rank, other.position)
    }
}

/// A binary heap that hands out the merge of the lowest rank first and, of equal ranks, the leftmost.
struct MergeQueue {
    private var heap: [MergeCandidate] = []

    mutating func push(_ candidate: MergeCandidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].comesBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> MergeCandidate? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].comesBefore(heap[least]) {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
