import Foundation
import ONNXGraph
public import ONNXRuntime
import Synchronization

/// Whether there is a GPU that ONNX Runtime can use.
public enum GPUSearch: Sendable, Equatable {
    /// It has multiplied matrices, and folded a picture.
    case found(NVIDIAGPU)
    /// What is missing and what to do, in sentences, and whether ONNX Runtime was built for GPUs.
    case missing(String, isBuiltIn: Bool)

    /// ONNX Runtime closes the CUDA provider with the last runtime. Models need it soon, and CUDA is slow to start, so that one
    /// runtime stays where a GPU was found.
    private static let kept = Mutex<Runtime?>(nil)

    /// Looks for a GPU, and has it compute something. Blocks: where there is one for as long as CUDA takes to start, up to some
    /// seconds.
    /// - Throws: `ONNXRuntimeError` where ONNX Runtime itself cannot be loaded.
    public static func run() throws -> GPUSearch {
        // What ONNX Runtime logs on the way is in the error as well.
        let runtime = try Runtime.load(log: { _ in })
        guard try runtime.availableProviders.contains(.cuda) else {
            return .missing(
                "ONNX Runtime \(runtime.version) in \(runtime.libraryPath) is built without CUDA; for an NVIDIA GPU, run "
                    + "scripts/setup --gpu.", isBuiltIn: false)
        }
        let gpu: NVIDIAGPU
        switch NVIDIADriver.find() {
        case .gpu(let found): gpu = found
        case .problem(let sentence): return .missing(sentence, isBuiltIn: true)
        }
        runtime.loadCUDALibraries()
        do {
            try compute(runtime)
            let kept = try Runtime.load()
            Self.kept.withLock { $0 = kept }
            return .found(gpu)
        } catch {
            return .missing(sentence(for: error), isBuiltIn: true)
        }
    }

    /// Multiplies two matrices of ones in 16-bit floats and folds the product, so that the libraries are loaded that captions
    /// need: cuBLAS for the one and cuDNN for the other.
    private static func compute(_ runtime: Runtime) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gpu-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("trial.onnx").path
        let size = 8
        let graph = Graph(name: "trial")
        let (left, right) = (graph.input("left", .float32, [8, 8]), graph.input("right", .float32, [8, 8]))
        let product = graph.matMul(graph.cast(left, to: .float16), graph.cast(right, to: .float16))
        let picture = graph.reshape(graph.cast(product, to: .float32), [1, 1, 8, 8])
        graph.output(
            graph.convolution(picture, kernel: graph.reshape(right, [1, 1, 8, 8]), bias: nil, stride: size), as: "sum")
        try graph.write(to: path)

        var options = SessionOptions()
        options.providers = [.cudaForModels]
        let session = try Session(runtime: runtime, modelPath: path, options: options)
        let ones = try Tensor([Float](repeating: 1, count: size * size), shape: [size, size])
        let sum = try session.run(["left": ones, "right": ones], outputs: ["sum"])["sum"]
        guard try sum?.array(of: Float.self) == [Float(size * size * size)] else {
            throw ONNXRuntimeError(.executionProviderFailed, "a product of matrices came out wrong")
        }
    }

    /// Why the provider cannot be used, and what to do.
    static func sentence(for error: any Error) -> String {
        let words = (error as? ONNXRuntimeError)?.message ?? "\(error)"
        if let library = words.firstMatch(of: #/([\w.+\-]+\.so[.\d]*): cannot open shared object/#)?.1 {
            return
                "ONNX Runtime's CUDA provider needs \(library), which is not found: run scripts/setup --gpu, or install "
                + "CUDA and cuDNN in the versions that docs/operations.md names."
        }
        if let failure = words.firstMatch(of: #/CUDA failure \d+: [^;\n]*[^;\s]/#)?.output {
            return
                "ONNX Runtime's CUDA provider does not work, and says \"\(failure)\": CUDA 13 needs NVIDIA's driver 580 or newer, "
                + "and a GPU that nvidia-smi lists."
        }
        // ONNX Runtime puts places in its source in front of what went wrong.
        let starts = ["[ONNXRuntimeError] : ", "with error: "].compactMap { words.range(of: $0, options: .backwards) }
        let cause = words[(starts.map(\.upperBound).max() ?? words.startIndex)...]
        let line = cause.split(separator: "\n").joined(separator: " ").prefix(400)
        return "ONNX Runtime's CUDA provider does not work: \(line). See \"NVIDIA GPUs\" in docs/operations.md."
    }
}
