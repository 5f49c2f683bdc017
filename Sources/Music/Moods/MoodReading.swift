import Foundation

/// What one source says of a mood, before it is weighed against others.
struct MoodReading: Sendable, Hashable {
    let affect: Affect
    /// From 0 to 1.
    let confidence: Double
    let evidence: [String]
}

/// Functions of the C library, rounded so that the last bits, in which libraries differ, do not show.
enum Exponential {
    static func of(_ x: Double) -> Double { rounded(exp(x)) }
    static func tanh(_ x: Double) -> Double { rounded(Foundation.tanh(x)) }

    private static func rounded(_ x: Double) -> Double { (x * 1e12).rounded() / 1e12 }
}
