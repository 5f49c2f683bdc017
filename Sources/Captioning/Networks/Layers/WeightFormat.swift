/// How the matrices of a graph's linear layers are held.
package enum WeightFormat: Sendable, Hashable {
    case float32
    /// Half precision, for GPUs: products of matrices and attention in 16-bit floats, everything else in 32.
    case float16
    /// Integers of 4 or 8 bits; `block` neighbouring inputs share a scale.
    case quantized(bits: Int, block: Int)
}
