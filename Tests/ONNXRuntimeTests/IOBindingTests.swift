import Testing

@testable import ONNXRuntime

@Suite("IO binding")
struct IOBindingTests {
    let runtime: Runtime

    init() throws { runtime = try Fixture.runtime() }

    @Test("Runs repeatedly with the bound tensors")
    func bound() throws {
        let session = try Fixture.session("add", runtime)
        let binding = try IOBinding(session: session)
        let input = try Tensor([1, 2, 3] as [Float], shape: [1, 3])
        let output = try Tensor(.float32, shape: [1, 3])
        try binding.bind(input: "a", to: input)
        try binding.bind(input: "b", to: input)
        try binding.bind(output: "sum", to: output)

        try session.run(binding)
        #expect(try output.array(of: Float.self) == [2, 4, 6])

        try input.withElements(of: Float.self) { $0[0] = 10 }
        try session.run(binding)
        #expect(try output.array(of: Float.self) == [20, 4, 6])
        #expect(try binding.outputs()["sum"] === output)
    }

    @Test("Computes in place when an output is bound to its input's memory")
    func inPlace() throws {
        let session = try Fixture.session("increment", runtime)
        let binding = try IOBinding(session: session)
        let tensor = try Tensor([0, 10, 20, 30] as [Float], shape: [4])
        try binding.bind(input: "x", to: tensor)
        try binding.bind(output: "y", to: tensor.view(shape: [4]))
        for _ in 0..<3 { try session.run(binding) }
        #expect(try tensor.array(of: Float.self) == [3, 13, 23, 33])
    }

    @Test("A KV cache grows in place by a row per step, and attention reads it")
    func cacheInPlace() throws {
        let session = try Fixture.session("attention", runtime)
        let binding = try IOBinding(session: session)
        let keys = try Tensor(.float32, shape: [1, 1, 4, 8])
        let values = try Tensor(.float32, shape: [1, 1, 4, 8])
        let output = try Tensor(.float32, shape: [1, 1, 8])
        try binding.bind(input: "past_key", to: keys)
        try binding.bind(input: "past_value", to: values)
        try binding.bind(output: "present_key", to: keys)
        try binding.bind(output: "present_value", to: values)
        try binding.bind(output: "output", to: output)
        // Queries of zero weigh all steps the same, so that the output is the mean of the values so far.
        try binding.bind(input: "query", to: Tensor(.float32, shape: [1, 1, 8]))

        for step in 1...4 {
            let row = try Tensor([Float](repeating: Float(step), count: 8), shape: [1, 1, 8])
            try binding.bind(input: "key", to: row)
            try binding.bind(input: "value", to: row)
            try binding.bind(input: "seqlens_k", to: Tensor([Int32(step - 1)], shape: [1]))
            try binding.bind(input: "total_sequence_length", to: Tensor([Int32(step)], shape: []))
            try session.run(binding)

            let expected = (1...4).flatMap { [Float](repeating: $0 <= step ? Float($0) : 0, count: 8) }
            #expect(try keys.array(of: Float.self) == expected)
            #expect(try values.array(of: Float.self) == expected)
            let mean = Float(step + 1) / 2
            #expect(try output.array(of: Float.self).allSatisfy { abs($0 - mean) < 1e-6 })
        }
    }

    @Test("An output that ONNX Runtime allocated keeps its values after a later run", arguments: [0, 2])
    func allocatedOutput(rows: Int) throws {
        let session = try Fixture.session("add", runtime)
        let binding = try IOBinding(session: session)
        func sum(of value: Float) throws -> Tensor? {
            let input = try Tensor([Float](repeating: value, count: rows * 3), shape: [rows, 3])
            try binding.bind(input: "a", to: input)
            try binding.bind(input: "b", to: input)
            try binding.bindOutput("sum")
            try session.run(binding)
            return try binding.outputs()["sum"]
        }
        let first = try sum(of: 1)
        let second = try sum(of: 5)
        #expect(first?.shape == [rows, 3])
        #expect(try first?.array(of: Float.self) == [Float](repeating: 2, count: rows * 3))
        #expect(try second?.array(of: Float.self) == [Float](repeating: 10, count: rows * 3))
    }

    @Test("Returns bound and allocated outputs by name")
    func mixedOutputs() throws {
        let session = try Fixture.session("identity", runtime)
        let binding = try IOBinding(session: session)
        for input in session.inputs {
            try binding.bind(input: input.name, to: Tensor(#require(input.elementType), shape: [1]))
        }
        try binding.bind(input: "in_INT64", to: Tensor([64] as [Int64], shape: [1]))
        try binding.bind(input: "in_FLOAT", to: Tensor([32] as [Float], shape: [1]))
        let own = try Tensor(.float32, shape: [1])
        try binding.bindOutput("out_INT64")
        try binding.bind(output: "out_FLOAT", to: own)
        try binding.bindOutput("out_BOOL")

        try session.run(binding)

        let outputs = try binding.outputs()
        #expect(Set(outputs.keys) == ["out_INT64", "out_FLOAT", "out_BOOL"])
        #expect(outputs["out_FLOAT"] === own)
        #expect(try own.array(of: Float.self) == [32])
        #expect(try outputs["out_INT64"]?.array(of: Int64.self) == [64])
        #expect(try outputs["out_BOOL"]?.array(of: Bool.self) == [false])
    }

    @Test("A binding keeps its tensors alive until it is cleared")
    func lifetime() throws {
        let session = try Fixture.session("increment", runtime)
        let binding = try IOBinding(session: session)
        weak var memory: TensorMemory?
        do {
            let tensor = try Tensor([1, 2, 3, 4] as [Float], shape: [4])
            memory = tensor.memory
            try binding.bind(input: "x", to: tensor)
        }
        #expect(memory != nil)
        try binding.bindOutput("y")
        try session.run(binding)
        #expect(try binding.outputs()["y"]?.array(of: Float.self) == [2, 3, 4, 5])

        binding.clear()

        #expect(memory == nil)
        #expect(try binding.outputs().isEmpty)
        #expect(throws: ONNXRuntimeError.self) { try session.run(binding) }
    }

    @Test("Refuses an unknown name and lists the names that exist")
    func unknownName() throws {
        let binding = try IOBinding(session: Fixture.session("add", runtime))
        let tensor = try Tensor(.float32, shape: [1, 3])
        let attempts: [() throws -> Void] = [
            { try binding.bind(input: "sum", to: tensor) }, { try binding.bind(output: "a", to: tensor) },
            { try binding.bindOutput("b") },
        ]
        for attempt in attempts { #expect(ONNXRuntimeError.thrown(by: attempt)?.code == .invalidArgument) }
        let message = ONNXRuntimeError.thrown { try binding.bind(input: "c", to: tensor) }?.message
        #expect(message == "The model has no input named c; it has a, b.")
    }

    @Test("Refuses another session's binding")
    func otherSession() throws {
        let binding = try IOBinding(session: Fixture.session("add", runtime))
        let other = try Fixture.session("add", runtime)
        #expect(ONNXRuntimeError.thrown { try other.run(binding) }?.code == .invalidArgument)
    }

    @Test("Refuses an output tensor of the wrong shape when running")
    func wrongOutputShape() throws {
        let session = try Fixture.session("increment", runtime)
        let binding = try IOBinding(session: session)
        try binding.bind(input: "x", to: Tensor(.float32, shape: [4]))
        try binding.bind(output: "y", to: Tensor(.float32, shape: [3]))
        #expect(ONNXRuntimeError.thrown { try session.run(binding) }?.code == .invalidArgument)
    }

    @Test("An allocated output cannot be read before the first run")
    func tooEarly() throws {
        let binding = try IOBinding(session: Fixture.session("add", runtime))
        try binding.bindOutput("sum")
        #expect(ONNXRuntimeError.thrown { _ = try binding.outputs() }?.code == .unsupportedType)
    }
}
