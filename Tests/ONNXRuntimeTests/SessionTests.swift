import Foundation
import Testing

@testable import ONNXRuntime

@Suite("Sessions")
struct SessionTests {
    let runtime: Runtime

    init() throws { runtime = try Fixture.runtime() }

    @Test("A session describes its inputs and outputs, with the names of symbolic dimensions")
    func description() throws {
        let session = try Fixture.session("add", runtime)
        #expect(session.inputs.map(\.name) == ["a", "b"])
        #expect(session.outputs.map(\.name) == ["sum"])
        for value in session.inputs + session.outputs {
            #expect(value.elementType == .float32)
            #expect(value.shape == [nil, 3])
            #expect(value.symbols == ["rows", nil])
        }
    }

    @Test("Values that are not numeric tensors have no element type")
    func descriptionOfOthers() throws {
        let session = try Fixture.session("unsupported", runtime)
        #expect(session.outputs.map(\.name) == ["sequence", "text"])
        #expect(session.outputs.map(\.elementType) == [nil, nil])
        #expect(session.outputs.map(\.shape) == [[], [1]])
    }

    @Test("A symbolic dimension may differ in each run, and may be zero", arguments: [0, 1, 2, 1000])
    func dynamicShape(rows: Int) throws {
        let session = try Fixture.session("add", runtime)
        let values = (0..<rows * 3).map(Float.init)
        let tensor = try Tensor(values, shape: [rows, 3])
        let sum = try #require(try session.run(["a": tensor, "b": tensor], outputs: ["sum"])["sum"])
        #expect(sum.shape == [rows, 3])
        #expect(try sum.array(of: Float.self) == values.map { $0 * 2 })
    }

    @Test("Passes a tensor without dimensions")
    func scalar() throws {
        let session = try Fixture.session("scalar", runtime)
        let result = try session.run(["x": Tensor([2.5] as [Float], shape: [])], outputs: ["y"])
        #expect(result["y"]?.shape == [])
        #expect(try result["y"]?.array(of: Float.self) == [-2.5])
    }

    @Test("Passes every element type unchanged", arguments: ElementType.allCases)
    func elementTypes(elementType: ElementType) throws {
        let session = try Fixture.session("identity", runtime)
        let value = try #require(session.inputs.first { $0.elementType == elementType })
        let output = value.name.replacing("in_", with: "out_")
        var inputs: [String: Tensor] = [:]
        for input in session.inputs { inputs[input.name] = try Tensor(#require(input.elementType), shape: [2]) }
        inputs[value.name]?.withUnsafeMutableBytes { bytes in
            for index in bytes.indices { bytes[index] = elementType == .bool ? 1 : UInt8(index + 1) }
        }

        let result = try #require(try session.run(inputs, outputs: [output])[output])

        #expect(result.elementType == elementType)
        #expect(result.withUnsafeBytes { Array($0) } == inputs[value.name]?.withUnsafeBytes { Array($0) })
    }

    @Test("Each Swift type maps to its ONNX type")
    func swiftTypes() throws {
        let session = try Fixture.session("identity", runtime)
        var inputs: [String: Tensor] = [:]
        for input in session.inputs { inputs[input.name] = try Tensor(#require(input.elementType), shape: [1]) }
        func passes<Element: TensorElement & Equatable>(_ onnxName: String, _ element: Element) throws -> Bool {
            inputs["in_\(onnxName)"] = try Tensor([element], shape: [1])
            let result = try session.run(inputs, outputs: ["out_\(onnxName)"])
            return try result["out_\(onnxName)"]?.array(of: Element.self) == [element]
        }
        #expect(try passes("FLOAT", Float(1.5)))
        #expect(try passes("DOUBLE", Double(1.5)))
        #expect(try passes("UINT8", UInt8.max))
        #expect(try passes("INT8", Int8.min))
        #expect(try passes("UINT16", UInt16.max))
        #expect(try passes("INT16", Int16.min))
        #expect(try passes("INT32", Int32.min))
        #expect(try passes("INT64", Int64.min))
        #expect(try passes("UINT32", UInt32.max))
        #expect(try passes("UINT64", UInt64.max))
        #expect(try passes("BOOL", true))
        #if !(os(macOS) && arch(x86_64))
        #expect(try passes("FLOAT16", Float16(1.5)))
        #endif
    }

    @Test("An output outlives its session")
    func outputOutlivesSession() throws {
        var output: Tensor?
        do {
            let session = try Fixture.session("add", runtime)
            let ones = try Tensor([1, 1, 1] as [Float], shape: [1, 3])
            output = try session.run(["a": ones, "b": ones], outputs: ["sum"])["sum"]
        }
        #expect(try output?.array(of: Float.self) == [2, 2, 2])
    }

    @Test("One session runs twice at the same time")
    func concurrentRuns() async throws {
        let session = try Fixture.session("loop", runtime)
        try await withThrowingTaskGroup(of: [Float]?.self) { group in
            for start in [0, 1000] as [Float] {
                group.addTask {
                    let inputs = [
                        "count": try Tensor([500] as [Int64], shape: []), "start": try Tensor([start], shape: []),
                    ]
                    return try session.run(inputs, outputs: ["end"])["end"]?.array(of: Float.self)
                }
            }
            var ends: Set<[Float]?> = []
            for try await end in group { ends.insert(end) }
            #expect(ends == [[500], [1500]])
        }
    }
}
