import Testing

@testable import ONNXRuntime

@Suite("Tensors")
struct TensorTests {
    @Test("A new tensor is zero and aligned to 64 bytes", arguments: ElementType.allCases)
    func zeros(elementType: ElementType) throws {
        let tensor = try Tensor(elementType, shape: [3, 5])
        #expect(tensor.elementCount == 15)
        #expect(tensor.byteCount == 15 * elementType.byteCount)
        tensor.withUnsafeBytes { bytes in
            #expect(bytes.count == tensor.byteCount)
            #expect(bytes.allSatisfy { $0 == 0 })
            #expect(UInt(bitPattern: bytes.baseAddress) % 64 == 0)
        }
    }

    @Test("Keeps values in row-major order")
    func values() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.elementType == .float32)
        #expect(tensor.shape == [2, 3])
        #expect(try tensor.array(of: Float.self) == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        "A tensor with a zero dimension has no elements and a valid address",
        arguments: [[0], [0, 3], [2, 0, .max], [0, .max, .max]])
    func zeroSize(shape: [Int]) throws {
        let tensor = try Tensor(.float32, shape: shape)
        #expect(tensor.elementCount == 0)
        tensor.withUnsafeBytes { #expect($0.baseAddress != nil && $0.isEmpty) }
        #expect(try Tensor([Float](), shape: shape).array(of: Float.self).isEmpty)
    }

    @Test("A tensor without dimensions holds one element")
    func scalar() throws {
        #expect(try Tensor([7] as [Int64], shape: []).array(of: Int64.self) == [7])
    }

    @Test("Refuses an impossible shape", arguments: [[-1], [2, -3], [.max, 2], [1 << 40, 1 << 40], [1 << 60]])
    func impossible(shape: [Int]) throws {
        #expect(ONNXRuntimeError.thrown { _ = try Tensor(.float64, shape: shape) }?.code == .invalidTensor)
    }

    @Test("Refuses values that do not fill the shape, naming both counts")
    func wrongCount() throws {
        let error = ONNXRuntimeError.thrown { _ = try Tensor([1, 2, 3] as [Float], shape: [2, 2]) }
        #expect(error?.code == .invalidTensor)
        #expect(error?.message == "3 values do not fill a tensor of shape [2, 2], which holds 4.")
    }

    @Test("Refuses to read elements as another type")
    func wrongType() throws {
        let tensor = try Tensor([1] as [Int32], shape: [1])
        #expect(ONNXRuntimeError.thrown { _ = try tensor.array(of: Float.self) }?.code == .invalidTensor)
        let error = ONNXRuntimeError.thrown { try tensor.withElements(of: UInt32.self) { $0[0] = 1 } }
        #expect(error?.code == .invalidTensor)
    }

    @Test("A view shares and keeps the memory, and may be smaller")
    func view() throws {
        var view: Tensor?
        do {
            let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [6])
            view = try tensor.view(shape: [2, 2])
            try tensor.withElements(of: Float.self) { $0[3] = 40 }
        }
        #expect(try view?.array(of: Float.self) == [1, 2, 3, 40])
    }

    @Test("A view may grow up to its memory, and no further")
    func viewBounds() throws {
        let small = try Tensor([1, 2, 3, 4] as [Float], shape: [4]).view(shape: [1])
        #expect(try small.view(shape: [2, 2]).array(of: Float.self) == [1, 2, 3, 4])
        #expect(ONNXRuntimeError.thrown { _ = try small.view(shape: [5]) }?.code == .invalidTensor)
    }

    @Test("Rows share and keep the tensor's memory")
    func rows() throws {
        var rows: Tensor?
        do {
            let tensor = try Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [4, 2])
            rows = try tensor.rows(1..<3)
            try tensor.withElements(of: Float.self) { $0[4] = 50 }
        }
        #expect(rows?.shape == [2, 2])
        #expect(try rows?.array(of: Float.self) == [3, 4, 50, 6])
        #expect(try rows?.rows(1..<2).array(of: Float.self) == [50, 6])
        #expect(try rows?.view(shape: [3]).array(of: Float.self) == [3, 4, 50])
        #expect(ONNXRuntimeError.thrown { _ = try rows?.view(shape: [7]) }?.code == .invalidTensor)
    }

    @Test("Takes no rows, and rows without elements")
    func emptyRows() throws {
        #expect(try Tensor(.float32, shape: [2, 3]).rows(2..<2).shape == [0, 3])
        #expect(try Tensor(.float32, shape: [4, 0, 8]).rows(1..<3).shape == [2, 0, 8])
    }

    @Test("Refuses rows out of bounds", arguments: [(-1)..<1, 1..<3, 3..<3])
    func missingRows(range: Range<Int>) throws {
        let tensor = try Tensor(.float32, shape: [2, 3])
        #expect(ONNXRuntimeError.thrown { _ = try tensor.rows(range) }?.code == .invalidTensor)
        let scalar = try Tensor(.float32, shape: [])
        #expect(ONNXRuntimeError.thrown { _ = try scalar.rows(0..<0) }?.code == .invalidTensor)
    }
}
