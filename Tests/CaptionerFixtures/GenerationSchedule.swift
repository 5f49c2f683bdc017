import Generation
import Randomness
import Testing

/// One random way of sending rows through a batch.
struct GenerationSchedule {
    let rows: RandomRows
    let batch: GenerationBatch
    /// Rows that have joined; the others wait, in their order.
    private var joined = 0
    private var running: [GenerationBatch.RequestID: Int] = [:]
    private(set) var removedCount = 0
    private(set) var joinedWhileOthersRan = 0
    /// The new tokens of each row that ended.
    private(set) var results: [Int: [Int]] = [:]

    init(rows: RandomRows, batch: GenerationBatch) {
        (self.rows, self.batch) = (rows, batch)
    }

    var isOver: Bool { joined == rows.ids.count && running.isEmpty }

    mutating func act(using random: inout SplitMix64) throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: try join(Int.random(in: 1...3, using: &random))
        case 3:
            // By their numbers: the order of a dictionary is not the same twice.
            guard let row = running.values.sorted().randomElement(using: &random) else { return }
            remove(row)
        default: try batch.step()
        }
        for finished in batch.takeFinished() {
            let row = running.removeValue(forKey: finished.id)
            results[try #require(row)] = finished.ids
        }
        #expect(batch.requestCount == running.count)
    }

    private mutating func join(_ count: Int) throws {
        let range = joined..<min(joined + count, rows.ids.count)
        guard !range.isEmpty else { return }
        joinedWhileOthersRan += running.isEmpty ? 0 : 1
        let (pictures, options) = rows(range)
        for (id, row) in zip(try batch.join(pictures, options), range) {
            running[id] = row
        }
        joined = range.upperBound
    }

    private mutating func remove(_ row: Int) {
        guard let id = running.first(where: { $0.value == row })?.key else { return }
        batch.remove(id)
        running[id] = nil
        removedCount += 1
    }
}
