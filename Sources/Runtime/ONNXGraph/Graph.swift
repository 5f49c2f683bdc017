import Foundation

/// A network under description: inputs, operators, weights and outputs, in the order they were named.
///
/// Operators are methods that take values and give values, so that a model reads as its paper does:
///
///     let graph = Graph(name: "perceptron")
///     let x = graph.input("x", .float32, ["batch", 4])
///     let hidden = graph.relu(graph.matMul(x, graph.weight(first)))   // [batch, 8]
///     graph.output(graph.matMul(hidden, graph.weight(second)), as: "y")
///     try graph.write(to: "perceptron.onnx")
///
/// Shapes are inferred as values are made. What does not fit is kept and thrown by ``write(to:)``,
/// the first misfit only: a description is a straight line without `try`.
/// A graph is made and written by one thread.
public final class Graph {
    /// The operator set of the standard operators used here; `LayerNormalization` needs 17, `Gelu` 20.
    static let operatorSet: Int64 = 20
    /// The domain of ONNX Runtime's own operators.
    static let microsoft = "com.microsoft"

    public let name: String
    var inputs: [Value] = []
    var outputs: [(name: String, value: Value)] = []
    var nodes: [Onnx_NodeProto] = []
    var constants: [Onnx_TensorProto] = []
    var weights: [Weight] = []
    private(set) var misfit: ONNXGraphError?
    /// By the names of the values that operators give.
    private(set) var shapes: [String: [Dimension]] = [:]

    private var scopes: [String] = []
    private var weightNames: [String: Value] = [:]

    public init(name: String) {
        self.name = name
    }

    // MARK: Inputs, outputs, constants

    /// Names a tensor that every run must bring.
    public func input(_ name: String, _ elementType: ElementType, _ shape: [Dimension]) -> Value {
        let value = Value(name: name, elementType: elementType, shape: shape)
        inputs.append(value)
        return value
    }

    /// Gives a value to the outside under a name of its own.
    public func output(_ value: Value, as name: String) {
        let renamed = node("Identity", [value], shape: value.shape, name: name)
        outputs.append((name, renamed))
    }

    /// Refers to a weight; the same name gives the same value, stored once.
    public func weight(_ weight: Weight) -> Value {
        if let known = weightNames[weight.name] {
            if known.shape != weight.shape.map(Dimension.fixed) || known.elementType != weight.elementType {
                fail(.naming, "Two different weights are called \(weight.name).")
            }
            return known
        }
        let value = Value(
            name: weight.name, elementType: weight.elementType, shape: weight.shape.map(Dimension.fixed))
        weightNames[weight.name] = value
        weights.append(weight)
        return value
    }

    /// A small constant of 64-bit integers, kept inside the graph file.
    public func constant(_ values: [Int]) -> Value {
        let data = values.map { Int64($0) }.withUnsafeBytes { Array($0) }
        return constant(data, .int64, shape: [values.count])
    }

    /// A floating-point scalar, kept inside the graph file.
    public func constant(_ value: Float) -> Value {
        constant(withUnsafeBytes(of: value) { Array($0) }, .float32, shape: [])
    }

    /// A 64-bit integer scalar, kept inside the graph file.
    func constant(index: Int) -> Value {
        constant(withUnsafeBytes(of: Int64(index)) { Array($0) }, .int64, shape: [])
    }

    private func constant(_ bytes: [UInt8], _ elementType: ElementType, shape: [Int]) -> Value {
        var tensor = Onnx_TensorProto()
        tensor.name = qualified("constant_\(constants.count)")
        tensor.dataType = elementType.rawValue
        tensor.dims = shape.map(Int64.init)
        tensor.rawData = Data(bytes)
        constants.append(tensor)
        return Value(name: tensor.name, elementType: elementType, shape: shape.map(Dimension.fixed))
    }

    // MARK: Names

    /// Puts a prefix before the names of all nodes that `body` makes: `layers.3/MatMul_17`.
    public func scope<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        scopes.append(name)
        defer { scopes.removeLast() }
        return try body()
    }

    private func qualified(_ name: String) -> String {
        (scopes + [name]).joined(separator: "/")
    }

    // MARK: Nodes

    /// Adds an operator with one output.
    func node(
        _ operation: String, _ inputs: [Value?], _ attributes: [Onnx_AttributeProto] = [],
        elementType: ElementType? = nil, shape: [Dimension], name: String? = nil
    ) -> Value {
        let elementType = elementType ?? inputs.compactMap(\.self).first?.elementType ?? .float32
        return node(operation, inputs, attributes, domain: "", outputs: [(elementType, shape)], name: name)[0]
    }

    /// Adds an operator with any number of outputs, each given by its element type and shape.
    func node(
        _ operation: String, _ inputs: [Value?], _ attributes: [Onnx_AttributeProto], domain: String,
        outputs: [(ElementType, [Dimension])], name: String? = nil
    ) -> [Value] {
        let label = qualified("\(operation)_\(nodes.count)")
        let values = outputs.enumerated().map { index, output in
            Value(
                name: name ?? (outputs.count == 1 ? label : "\(label):\(index)"),
                elementType: output.0, shape: output.1)
        }
        for value in values { shapes[value.name] = value.shape }
        var node = Onnx_NodeProto()
        node.name = label
        node.opType = operation
        node.domain = domain
        node.input = inputs[..<((inputs.lastIndex { $0 != nil } ?? -1) + 1)].map { $0?.name ?? "" }
        node.output = values.map(\.name)
        node.attribute = attributes
        nodes.append(node)
        return values
    }

    /// Remembers the first thing that does not fit; ``write(to:)`` throws it.
    func fail(_ code: ONNXGraphError.Code, _ message: String) {
        if misfit == nil {
            misfit = ONNXGraphError(code, scopes.isEmpty ? message : "\(qualified("")): \(message)")
        }
    }

    func require(_ condition: Bool, _ operation: String, _ values: [Value], _ rule: String) {
        guard !condition else { return }
        let shapes = values.map { "\($0.name) \($0.elementType) \($0.shape)" }.joined(separator: ", ")
        fail(.mismatch, "\(operation) of \(shapes) does not fit: \(rule).")
    }
}
