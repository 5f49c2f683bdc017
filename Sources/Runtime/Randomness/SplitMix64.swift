/// Random numbers that a seed repeats on every machine: SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom
/// number generators"). Swift's own generator takes no seed.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// - Parameter seed: equal seeds give equal numbers.
    @inlinable
    public init(seed: UInt64) {
        state = seed
    }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mix(state)
    }

    /// A number from 0 to less than 1, in steps of 2⁻⁵³.
    @inlinable
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// By how much the state grows with each number: 2⁶⁴ over the golden ratio, made odd.
    public static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A number whose bits all depend on all of `value`'s: a hash that is the same in every process, other than Swift's own.
    @inlinable
    public static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
