/// The scores of every token of the vocabulary for one branch's next token, [V]; they are changed in place.
typealias Scores = UnsafeMutableBufferPointer<Float>

extension Scores {
    /// Numbers that are worked on at once.
    private typealias Block = SIMD16<Float>

    /// Whether all of them are numbers, and none is infinite.
    var isFinite: Bool {
        // 0 · x is 0 unless x is infinite or NaN.
        var zeros = Block.zero
        let end = forEachBlock { _, block in zeros += block * 0 }
        for index in end..<count { zeros[index - end] += self[index] * 0 }
        return zeros.sum() == 0
    }

    /// The highest score; -∞ where there is none.
    var highest: Float {
        var most = Block(repeating: -.infinity)
        let end = forEachBlock { _, block in most.replace(with: block, where: block .> most) }
        var highest = -Float.infinity
        for index in most.indices where most[index] > highest { highest = most[index] }
        for index in end..<count where self[index] > highest { highest = self[index] }
        return highest
    }

    /// The first index of the highest score; 0 where no score is above -∞.
    var indexOfHighest: Int {
        let highest = self.highest
        return firstIndex { $0 == highest } ?? 0
    }

    /// Σ exp(score − shift).
    func sumOfExponentials(shift: Float) -> Float {
        var sum = Block.zero
        let end = forEachBlock { _, block in sum += (block - shift).exponential() }
        var rest = Block(repeating: -.infinity)
        for index in end..<count { rest[index - end] = self[index] - shift }
        return (sum + rest.exponential()).sum()
    }

    /// Takes the logarithm of the sum of the scores' exponentials from each, so that they are log-probabilities.
    func takeLogSoftmax() {
        let highest = self.highest
        guard highest.isFinite else { return }
        add(-(highest + logarithm(sumOfExponentials(shift: highest))))
    }

    /// Adds a number to each score.
    func add(_ number: Float) {
        let end = forEachBlock { start, block in store(block + number, at: start) }
        for index in end..<count { self[index] += number }
    }

    /// Divides each score.
    func divide(by number: Float) {
        let end = forEachBlock { start, block in store(block / number, at: start) }
        for index in end..<count { self[index] /= number }
    }

    /// Rules out the tokens whose scores are below a bound.
    func ruleOut(below bound: Float) {
        for index in indices where self[index] < bound { self[index] = -.infinity }
    }

    /// Runs `body` with the index of each full block and its numbers.
    /// - Returns: where the full blocks end.
    @inline(__always)
    private func forEachBlock(_ body: (Int, Block) -> Void) -> Int {
        let bytes = UnsafeRawBufferPointer(self)
        var start = 0
        while start + Block.scalarCount <= count {
            body(start, bytes.loadUnaligned(fromByteOffset: start * MemoryLayout<Float>.stride, as: Block.self))
            start += Block.scalarCount
        }
        return start
    }

    @inline(__always)
    private func store(_ block: Block, at start: Int) {
        UnsafeMutableRawBufferPointer(self)
            .storeBytes(of: block, toByteOffset: start * MemoryLayout<Float>.stride, as: Block.self)
    }
}
