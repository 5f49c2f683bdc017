import Foundation
import SwiftProtobuf

extension Graph {
    /// Writes the graph to `path`, and its weights, if it has any, into one file beside it: `vision.onnx` and `vision.weights`.
    ///
    /// Weights are streamed: only the piece at hand is in memory. Blocks until both files are on disk.
    /// - Parameter progress: told the number of weight bytes written so far.
    /// - Returns: the files, with the hashes of what was written.
    /// - Throws: ``ONNXGraphError`` for the first misfit of the description, a weight of the wrong size, or a file that
    ///   cannot be written; whatever a weight's source throws.
    @discardableResult
    public func write(to path: String, progress: (Int) throws -> Void = { _ in }) throws -> [WrittenFile] {
        if let misfit { throw misfit }
        let model = URL(fileURLWithPath: path)
        let weightsFile = model.deletingPathExtension().appendingPathExtension("weights")
        var initializers = constants
        var files: [WrittenFile] = []
        if !weights.isEmpty {
            let file = try WeightFile(path: weightsFile.path)
            for weight in weights {
                let initializer = try file.append(weight, location: weightsFile.lastPathComponent) {
                    try progress(file.length)
                }
                initializers.append(initializer)
            }
            files.append(try file.close())
        }
        files.append(try Self.write(try serialized(initializers), to: path))
        return files
    }

    /// Bytes of all weights together, before anything is written.
    public var weightByteCount: Int { weights.reduce(0) { $0 + $1.byteCount } }

    /// The graph as `ModelProto` bytes, for weights that are stored as `initializers` say.
    private func serialized(_ initializers: [Onnx_TensorProto]) throws -> Data {
        var graph = Onnx_GraphProto()
        graph.name = name
        graph.node = nodes
        graph.initializer = initializers
        graph.input = inputs.map { Onnx_ValueInfoProto(name: $0.name, $0) }
        graph.output = outputs.map { Onnx_ValueInfoProto(name: $0.name, $0.value) }

        var model = Onnx_ModelProto()
        model.irVersion = 9
        model.producerName = "image-to-song"
        var domains = [("", Self.operatorSet), (Self.microsoft, 1)]
        if nodes.contains(where: { $0.domain == Self.own }) { domains.append((Self.own, 1)) }
        model.opsetImport = domains.map { domain, version in
            var set = Onnx_OperatorSetIdProto()
            set.domain = domain
            set.version = version
            return set
        }
        model.graph = graph
        do {
            return try model.serializedData()
        } catch {
            throw ONNXGraphError(.file, "The graph \(name) could not be serialised.", cause: error)
        }
    }

    private static func write(_ data: Data, to path: String) throws -> WrittenFile {
        let file = try OutputFile(path: path)
        try data.withUnsafeBytes { try file.write($0) }
        return try file.close()
    }
}

extension Onnx_ValueInfoProto {
    init(name: String, _ value: Value) {
        self.init()
        self.name = name
        type.tensorType.elemType = value.elementType.rawValue
        type.tensorType.shape.dim = value.shape.map { dimension in
            var axis = Onnx_TensorShapeProto.Dimension()
            switch dimension {
            case .fixed(let size): axis.dimValue = Int64(size)
            case .symbol(let name): axis.dimParam = name
            }
            return axis
        }
    }
}

extension Onnx_AttributeProto {
    static func int(_ name: String, _ value: Int) -> Self {
        var attribute = Self()
        attribute.name = name
        attribute.type = .int
        attribute.i = Int64(value)
        return attribute
    }

    static func ints(_ name: String, _ values: [Int]) -> Self {
        var attribute = Self()
        attribute.name = name
        attribute.type = .ints
        attribute.ints = values.map(Int64.init)
        return attribute
    }

    static func float(_ name: String, _ value: Float) -> Self {
        var attribute = Self()
        attribute.name = name
        attribute.type = .float
        attribute.f = value
        return attribute
    }

    static func string(_ name: String, _ value: String) -> Self {
        var attribute = Self()
        attribute.name = name
        attribute.type = .string
        attribute.s = Data(value.utf8)
        return attribute
    }
}
