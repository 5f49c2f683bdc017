import ONNXRuntime

/// How the learned positions of one grid of patches become those of another: bicubic interpolation, a matrix for each axis.
///
/// Source: transformers, `Blip2VisionEmbeddings.interpolate_pos_encoding`, which calls PyTorch's `interpolate` with
/// `align_corners=False`: the kernel of Keys (1981, doi:10.1109/TASSP.1981.1163711) with a = -0.75, the edges repeated.
enum PositionInterpolation {
    /// The share of each of `count` learned positions in each of `length` interpolated ones, float32 [length, count]. Where both
    /// are as many, exactly the identity.
    static func weights(from count: Int, to length: Int) throws(ONNXRuntimeError) -> Tensor {
        var weights = [Float](repeating: 0, count: length * count)
        for position in 0..<length {
            let centre = (Double(position) + 0.5) * Double(count) / Double(length) - 0.5
            let first = Int(centre.rounded(.down)) - 1
            for neighbour in first..<first + 4 {
                let column = min(max(neighbour, 0), count - 1)
                weights[position * count + column] += Float(kernel(at: abs(centre - Double(neighbour))))
            }
        }
        return try Tensor(weights, shape: [length, count])
    }

    /// - Parameter distance: 0 to 2.
    private static func kernel(at distance: Double) -> Double {
        let (a, x) = (-0.75, distance)
        return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((x - 5) * x + 8) * a * x - 4 * a
    }
}
