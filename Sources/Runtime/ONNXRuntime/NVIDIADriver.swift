internal import Foundation

/// A GPU as NVIDIA's driver describes it.
public struct NVIDIAGPU: Sendable, Equatable {
    /// Such as `NVIDIA H100 80GB HBM3`.
    public let name: String
    /// All its memory.
    public let memoryBytes: Int

    public init(name: String, memoryBytes: Int) {
        self.name = name
        self.memoryBytes = memoryBytes
    }
}

/// NVIDIA's driver, asked through its own library, which is found at run time: nothing is linked.
/// Source of names and signatures: https://docs.nvidia.com/cuda/cuda-driver-api/.
public enum NVIDIADriver: Sendable, Equatable {
    /// The first GPU.
    case gpu(NVIDIAGPU)
    /// Why there is none, in sentences.
    case problem(String)

    private typealias Initialise = @convention(c) (_ flags: UInt32) -> Int32
    private typealias Count = @convention(c) (UnsafeMutablePointer<Int32>) -> Int32
    private typealias Device = @convention(c) (UnsafeMutablePointer<Int32>, _ ordinal: Int32) -> Int32
    private typealias Name = @convention(c) (UnsafeMutablePointer<CChar>, _ length: Int32, _ device: Int32) -> Int32
    private typealias Memory = @convention(c) (UnsafeMutablePointer<Int>, _ device: Int32) -> Int32

    /// CUDA_ERROR_NO_DEVICE.
    private static let noDevice: Int32 = 100

    /// Asks the driver. Blocks for as long as it takes to start, up to a second.
    /// - Parameter library: the driver's library, by its path or for the system to find.
    public static func find(library: String = "libcuda.so.1") -> NVIDIADriver {
        // Never closed: CUDA goes on using it.
        guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
            return .problem(
                "There is no NVIDIA driver (\(library) is not found): install one, or, in a container, give it the GPU with "
                    + "--gpus all.")
        }
        guard let initialise = dlsym(handle, "cuInit"), let count = dlsym(handle, "cuDeviceGetCount"),
            let device = dlsym(handle, "cuDeviceGet"), let name = dlsym(handle, "cuDeviceGetName"),
            let memory = dlsym(handle, "cuDeviceTotalMem_v2")
        else { return .problem("\(library) is not NVIDIA's driver: it lacks functions that every version has.") }

        var devices: Int32 = 0
        var code = unsafeBitCast(initialise, to: Initialise.self)(0)
        if code == 0 { code = unsafeBitCast(count, to: Count.self)(&devices) }
        if code == noDevice || code == 0 && devices == 0 {
            return .problem("NVIDIA's driver finds no GPU: look with nvidia-smi whether it lists one.")
        }
        var first: Int32 = 0
        var bytes = 0
        var text = [CChar](repeating: 0, count: 256)
        if code == 0 { code = unsafeBitCast(device, to: Device.self)(&first, 0) }
        if code == 0 { code = unsafeBitCast(name, to: Name.self)(&text, Int32(text.count), first) }
        if code == 0 { code = unsafeBitCast(memory, to: Memory.self)(&bytes, first) }
        guard code == 0 else {
            return .problem(
                "NVIDIA's driver reports CUDA error \(code): look with nvidia-smi whether it works, and restart the machine "
                    + "if the driver was updated.")
        }
        let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return .gpu(NVIDIAGPU(name: String(decoding: characters, as: UTF8.self), memoryBytes: bytes))
    }
}
