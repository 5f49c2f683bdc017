import ONNXRuntime

/// What the Q-Former reads for each picture of a batch: as many tokens as there are, without the padding behind them.
struct InstructionRows {
    private let rows: [[Int]]

    /// - Parameter rows: token ids, one row a picture; shorter ones may be filled up with padding.
    /// - Throws: `invalidInput` for rows that the Q-Former cannot read.
    init(_ rows: [[Int]], pictures: Int, _ configuration: QFormerConfiguration) throws(Blip2Error) {
        guard let limits = configuration.instructions else {
            self.rows = Array(repeating: [], count: pictures)
            return
        }
        self.rows = rows.map { row in
            // Something is left also of padding alone: a Q-Former that reads is given at least a token.
            Array(row[...(row.lastIndex { $0 != limits.padTokenID } ?? min(0, row.count - 1))])
        }
        let vocabulary = 0..<configuration.vocabularySize
        let areSound = self.rows.allSatisfy { row in
            (1...limits.maximumLength).contains(row.count) && row.allSatisfy(vocabulary.contains)
        }
        guard rows.count == pictures, areSound else {
            throw Blip2Error(
                .invalidInput,
                "The Q-Former reads an instruction of 1 to \(limits.maximumLength) tokens from 0 to \(vocabulary.count - 1) for "
                    + "each of \(pictures) pictures; other ones were given.")
        }
    }

    /// Neighbours whose instructions are as long as each other, and so can be read together.
    var runs: [Range<Int>] {
        rows.indices.reduce(into: []) { runs, row in
            if let last = runs.last, rows[last.lowerBound].count == rows[row].count {
                runs[runs.count - 1] = last.lowerBound..<row + 1
            } else {
                runs.append(row..<row + 1)
            }
        }
    }

    /// int64 [b, L] of a run; nil where nothing is read.
    func tensor(_ run: Range<Int>) throws -> Tensor? {
        let length = rows[run.lowerBound].count
        guard length > 0 else { return nil }
        return try Tensor(rows[run].joined().map(Int64.init), shape: [run.count, length])
    }
}
