import Foundation

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
