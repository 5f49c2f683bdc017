package import ONNXGraph

/// Layers in half precision. The states between blocks, normalisation and residuals stay in 32-bit floats; only
/// products, and the values between two of them, have 16 bits.
extension Network {
    /// The element type of keys, values and key/value caches.
    package var cacheType: ElementType { format == .float16 ? .float16 : .float32 }

    /// The same network with 32-bit floats, for a layer whose numbers exceed the range of 16 bits.
    package var withoutHalves: Network { format == .float16 ? Network(graph, weights, format: .float32) : self }

    package func half(_ x: Value) -> Value { graph.cast(x, to: .float16) }

    /// activation(x·Wᵀ + b) + residual with 32-bit floats on both sides: [..., inputs] → [..., outputs].
    package func halfLinear(_ x: Value, _ layer: LinearLayer, activation: Activation, residual: Value?) -> Value {
        var result = graph.cast(halfProduct(x, layer), to: .float32)  // [..., outputs]
        if let bias = layer.bias { result = graph.add(result, graph.weight(bias)) }
        result = self.activation(result, activation)
        return residual.map { graph.add(result, $0) } ?? result
    }

    /// activation(x·Wᵀ + b) in 16-bit floats: [..., inputs] → [..., outputs].
    package func halfLayer(_ x: Value, _ layer: LinearLayer, _ activation: Activation = .linear) -> Value {
        var result = halfProduct(x, layer)  // [..., outputs]
        if let bias = layer.bias { result = graph.add(result, graph.weight(bias.half)) }
        switch activation {
        case .linear: return result
        case .relu, .gelu: return self.activation(result, activation)
        default: return half(self.activation(graph.cast(result, to: .float32), activation))
        }
    }

    private func halfProduct(_ x: Value, _ layer: LinearLayer) -> Value {
        graph.matMul(half(x), graph.weight(Weight.transposed(layer.matrix).half))
    }
}
