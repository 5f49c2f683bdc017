import Blip2
import Generation
import ONNXRuntime
import Randomness
import StandIns
import Testing

@Suite("Rows that join and leave", .heavy)
struct GenerationScheduleTests {
    @Test("Rows that join or leave at any step get the tokens that they get alone", arguments: Fixtures.names)
    func equalsLoneRuns(_ checkpoint: String) throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint(checkpoint), cache: cache.url)
        let batch = GenerationBatch(model.makeDecoderRunner())
        var (joinedWhileOthersRan, removedCount) = (0, 0)
        for seed in 1...4 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let rows = try RandomRows(model, count: 12, using: &random)
            var schedule = Schedule(rows: rows, batch: batch, model: model)
            while !schedule.isOver { try schedule.act(using: &random) }
            for row in schedule.results.keys.sorted() {
                #expect(schedule.results[row] == rows.ids[row], "seed \(seed), row \(row)")
            }
            #expect(schedule.results.count == rows.ids.count - schedule.removedCount, "seed \(seed)")
            joinedWhileOthersRan += schedule.joinedWhileOthersRan
            removedCount += schedule.removedCount
        }
        // Otherwise the schedules have tried nothing.
        #expect(joinedWhileOthersRan >= 4)
        #expect(removedCount >= 2)
    }

    /// One random way of sending rows through a batch.
    private struct Schedule {
        let rows: RandomRows
        let batch: GenerationBatch
        let model: Blip2Model
        /// Rows that have joined; the others wait, in their order.
        private var joined = 0
        private var running: [GenerationBatch.RequestID: Int] = [:]
        private(set) var removedCount = 0
        private(set) var joinedWhileOthersRan = 0
        /// The new tokens of each row that ended.
        private(set) var results: [Int: [Int]] = [:]

        init(rows: RandomRows, batch: GenerationBatch, model: Blip2Model) {
            (self.rows, self.batch, self.model) = (rows, batch, model)
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
            let (inputs, options) = try rows(range)
            for (id, row) in zip(try batch.join(try model.imageEmbeddings(inputs), options), range) {
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
}
