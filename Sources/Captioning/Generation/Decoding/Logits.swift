import Foundation

/// What a language model gives for a hypothesis' next token, a number for every token of the vocabulary, [V]. They are changed in
/// place.
typealias Logits = UnsafeMutableBufferPointer<Float>

extension Logits {
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

    /// The highest one; -∞ where there is none.
    var highest: Float {
        var most = Block(repeating: -.infinity)
        let end = forEachBlock { _, block in most.replace(with: block, where: block .> most) }
        var highest = -Float.infinity
        for index in most.indices where most[index] > highest { highest = most[index] }
        for index in end..<count where self[index] > highest { highest = self[index] }
        return highest
    }

    /// The first index of the highest one; 0 where none is above -∞.
    var indexOfHighest: Int {
        let highest = self.highest
        return firstIndex { $0 == highest } ?? 0
    }

    /// Σ exp(logit − shift).
    func sumOfExponentials(shift: Float) -> Float {
        var sum = Block.zero
        let end = forEachBlock { _, block in sum += (block - shift).exponential() }
        var rest = Block(repeating: -.infinity)
        for index in end..<count { rest[index - end] = self[index] - shift }
        return (sum + rest.exponential()).sum()
    }

    /// Takes the logarithm of the sum of the exponentials from each, so that they are log-probabilities.
    func takeLogSoftmax() {
        let highest = self.highest
        guard highest.isFinite else { return }
        add(-(highest + logarithm(sumOfExponentials(shift: highest))))
    }

    /// Adds a number to each.
    func add(_ number: Float) {
        let end = forEachBlock { start, block in store(block + number, at: start) }
        for index in end..<count { self[index] += number }
    }

    /// Divides each.
    func divide(by number: Float) {
        let end = forEachBlock { start, block in store(block / number, at: start) }
        for index in end..<count { self[index] /= number }
    }

    /// Rules out the tokens whose logits are below a bound.
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

extension SIMD16<Float> {
    /// e to the power of each number, for numbers of at most 0; relative error below 2e-7, and 0 below -87.
    ///
    /// Source: the range reduction and the polynomial of Cephes' `expf` (Moshier 1992).
    @inline(__always)
    func exponential() -> Self {
        let isTiny = self .< -87
        let x = replacing(with: -87, where: isTiny)
        // Adding this number leaves no bits behind the point: the sum's last bits are the nearest whole number.
        let rounding = Self(repeating: 12_582_912)
        let shifted = x * 1.442_695_04 + rounding
        let whole = shifted - rounding
        let rest = x - whole * 0.693_359_375 + whole * 2.121_944_4e-4
        var power = rest * 1.987_569_15e-4 + 1.398_199_95e-3
        power = power * rest + 8.333_451_9e-3
        power = power * rest + 4.166_579_6e-2
        power = power * rest + 1.666_666_55e-1
        power = power * rest + 0.5
        power = power * rest * rest + rest + 1
        let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
        let scaled = unsafeBitCast(unsafeBitCast(power, to: SIMD16<Int32>.self) &+ exponent, to: Self.self)
        return scaled.replacing(with: 0, where: isTiny)
    }
}

/// The natural logarithm.
func logarithm(_ number: Float) -> Float { log(number) }
