public import ONNXRuntime

/// What runs the networks, and their arithmetic.
public struct Execution: Sendable, Equatable {
    public enum Device: String, Sendable, CaseIterable {
        case cpu
        case cuda
    }

    public let device: Device
    public let precision: Precision
    /// What is known of the GPU, where one is used.
    public let gpu: NVIDIAGPU?

    public init(_ device: Device, _ precision: Precision, gpu: NVIDIAGPU? = nil) {
        self.device = device
        self.precision = precision
        self.gpu = gpu
    }

    /// What sessions are made with. Nothing for the CPU, which takes what no other can.
    public var providers: [SessionOptions.Provider] {
        switch device {
        case .cpu: []
        case .cuda: [.cudaForModels]
        }
    }
}

extension SessionOptions.Provider {
    /// The first GPU. Memory is taken as it is needed and not twice as much each time, and no time is spent on trying out
    /// convolutions: there is one. What is in 32-bit floats is there for its precision, which TF32 would cut to 11 bits.
    static let cudaForModels = SessionOptions.Provider(
        .cuda,
        options: [
            "arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC",
            "use_tf32": "0",
        ])
}
