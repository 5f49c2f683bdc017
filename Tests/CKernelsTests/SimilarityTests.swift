import CKernels
import Randomness
import Testing

@Suite("Similarity of vectors")
struct SimilarityTests {
    struct Kernel: CustomTestStringConvertible, Sendable {
        let index: Int

        static let all = (0..<similarity_kernel_count).map(Kernel.init)
            .filter { similarity_kernel_runs_here($0.pointer) }

        var pointer: OpaquePointer? { similarity_kernel(index) }
        var testDescription: String { String(cString: similarity_kernel_name(pointer)) }

        func products(_ query: [Int8], scale: Float, _ values: [Int8], _ scales: [Float]) -> [Float] {
            var products = [Float](repeating: .nan, count: scales.count)
            query.withUnsafeBufferPointer { query in
                values.withUnsafeBufferPointer { values in
                    scales.withUnsafeBufferPointer { scales in
                        products.withUnsafeMutableBufferPointer { products in
                            var call = SimilarityCall(
                                width: query.count, query: query.baseAddress, query_scale: scale, rows: scales.count,
                                values: values.baseAddress, scales: scales.baseAddress, products: products.baseAddress)
                            similarity_run(pointer, &call)
                        }
                    }
                }
            }
            return products
        }
    }

    @Test(
        "Products equal plain integer arithmetic exactly", arguments: Kernel.all,
        [1, 15, 16, 31, 32, 33, 63, 64, 65, 127, 384, 1000])
    func multiplies(kernel: Kernel, width: Int) {
        var numbers = SplitMix64(seed: UInt64(width))
        let rows = 9
        let query = (0..<width).map { _ in Int8.random(in: -128...127, using: &numbers) }
        let values = (0..<(rows * width)).map { _ in Int8.random(in: -128...127, using: &numbers) }
        let scales = numbers.floats(rows, in: 0.001...0.01)
        let products = kernel.products(query, scale: 0.007, values, scales)
        for row in 0..<rows {
            let sum = (0..<width).reduce(0) { $0 + Int(query[$1]) * Int(values[row * width + $1]) }
            #expect(products[row] == Float(sum) * scales[row] * 0.007)
        }
    }

    @Test("The largest numbers do not overflow", arguments: Kernel.all)
    func holdsExtremes(kernel: Kernel) {
        let width = SIMILARITY_MOST_WIDTH
        let lowest = [Int8](repeating: -128, count: width)
        let highest = [Int8](repeating: 127, count: width)
        #expect(kernel.products(highest, scale: 1, lowest, [1]) == [Float(-128 * 127 * width)])
        #expect(kernel.products(highest, scale: 1, highest, [1]) == [Float(127 * 127 * width)])
    }

    @Test("The last kernel runs on every CPU; the best one is the first that runs here")
    func choosesKernel() {
        #expect(similarity_kernel_runs_here(similarity_kernel(similarity_kernel_count - 1)))
        #expect(similarity_best_kernel() == Kernel.all.first?.pointer)
    }
}
