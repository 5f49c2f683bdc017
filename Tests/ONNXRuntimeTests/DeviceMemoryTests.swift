import Testing

@testable import ONNXRuntime

/// On the CPU's provider, whose memory is bound by name as a GPU's is.
@Suite("Device memory")
struct DeviceMemoryTests {
    let runtime: Runtime

    init() throws { runtime = try Fixture.runtime() }

    @Test("A device tensor that one run writes is read by the next, in place and by rows")
    func staysThere() throws {
        let session = try Fixture.session("add", runtime)
        let memory = try DeviceMemory(.cpu, of: session)
        let tensor = try memory.tensor(.float32, shape: [2, 3])
        #expect(tensor.isOnDevice)
        let ones = try Tensor([Float](repeating: 1, count: 6), shape: [2, 3])
        #expect(!ones.isOnDevice)

        let first = try IOBinding(session: session)
        try first.bind(input: "a", to: ones)
        try first.bind(input: "b", to: ones)
        try first.bind(output: "sum", to: tensor)
        try session.run(first)

        let second = try IOBinding(session: session)
        let row = try tensor.rows(1..<2)
        try second.bind(input: "a", to: row)
        try second.bind(input: "b", to: row)
        try second.bind(output: "sum", to: row)
        try session.run(second)

        let third = try IOBinding(session: session)
        let result = try Tensor(.float32, shape: [2, 3])
        try third.bind(input: "a", to: tensor)
        try third.bind(input: "b", to: ones)
        try third.bind(output: "sum", to: result)
        try session.run(third)
        #expect(try result.array(of: Float.self) == [3, 3, 3, 5, 5, 5])
    }

    @Test("Inputs in host memory are sent again for every run on a device")
    func sendsInputs() throws {
        let session = try Fixture.session("increment", runtime)
        let binding = try IOBinding(session: session)
        let (input, output) = (try Tensor([1, 2, 3, 4] as [Float], shape: [4]), try Tensor(.float32, shape: [4]))
        try binding.bind(input: "x", to: input)
        try binding.bind(output: "y", to: output)
        for value in [10, 20] as [Float] {
            try input.withElements(of: Float.self) { $0[0] = value }
            try binding.sendInputs()
            try session.run(binding)
            try binding.awaitOutputs()
            #expect(try output.array(of: Float.self) == [value + 1, 3, 4, 5])
        }
    }

    @Test("Refuses device memory for a session without that provider")
    func refuses() throws {
        let session = try Fixture.session("add", runtime)
        let error = ONNXRuntimeError.thrown { _ = try DeviceMemory(.cuda, of: session) }
        #expect(error?.message.isEmpty == false)
    }

    @Test("Makes an empty device tensor, and refuses a negative size")
    func sizes() throws {
        let memory = try DeviceMemory(.cpu, of: try Fixture.session("add", runtime))
        #expect(try memory.tensor(.float32, shape: [0, 3]).elementCount == 0)
        #expect(ONNXRuntimeError.thrown { _ = try memory.tensor(.float32, shape: [-1]) }?.code == .invalidTensor)
    }
}
