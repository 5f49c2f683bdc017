/// What is asked for as the device: by USE_GPU, or by `--device`.
public enum DevicePreference: Sendable, Hashable {
    case cpu
    /// A GPU if there is one, else the CPU; `asked` where somebody has said so, and it is not merely the default.
    case gpuIfThere(asked: Bool)
    /// A GPU or nothing.
    case gpu
}

extension Execution {
    /// What a choice of device has to say, in sentences.
    public struct Note: Sendable, Equatable {
        /// Whether somebody gets something else than they asked for.
        public let isWarning: Bool
        public let text: String
    }

    /// Decides on device and precision. GPUs compute fp16 alone: ONNX Runtime's attention over a key/value cache knows no
    /// fp32 there, and int8 and int4 are computed by kernels for CPUs.
    /// - Parameters:
    ///   - setting: PRECISION or `--precision`.
    ///   - findGPU: called where a GPU would be used; may take some seconds.
    ///   - note: told what there is to say.
    /// - Throws: `invalidPrecision` for one that there is none of, or that a GPU does not compute where one has to;
    ///   `noGPU`; what `findGPU` throws.
    public static func choose(
        precision setting: String, device: DevicePreference, findGPU: () throws -> GPUSearch = GPUSearch.run,
        note: (Note) -> Void
    ) throws -> Execution {
        let precision = try Precision(setting: setting)
        if device == .gpu { try checkForGPU(precision: setting) }
        let asked = device == .gpuIfThere(asked: true)
        switch device {
        case .cpu: break
        case .gpuIfThere where setting != "auto" && !precision.isForGPUs:
            note(
                Note(
                    isWarning: asked,
                    text:
                        "Captions are made on the CPU, for \(setting) is computed there. For a GPU, set PRECISION to auto "
                        + "or fp16."))
        case .gpu, .gpuIfThere:
            switch try findGPU() {
            case .found(let gpu):
                return Execution(.cuda, .fp16, gpu: gpu)
            case .missing(let reason, let isBuiltIn):
                if device == .gpu { throw DeviceError(.noGPU, "No GPU can be used. \(reason)") }
                // Whoever has installed ONNX Runtime for GPUs means to use one.
                note(Note(isWarning: asked || isBuiltIn, text: "Captions are made on the CPU. \(reason)"))
            }
        }
        if precision.isForGPUs {
            note(
                Note(
                    isWarning: true,
                    text:
                        "fp16 is for GPUs: a CPU computes it more slowly than fp32. Set PRECISION to auto for what suits "
                        + "this machine."))
        }
        return Execution(.cpu, precision)
    }

    /// - Throws: `invalidPrecision` for one that GPUs do not compute.
    public static func checkForGPU(precision setting: String) throws(DeviceError) {
        if setting == "auto" { return }
        guard try Precision(setting: setting).isForGPUs else {
            throw DeviceError(
                .invalidPrecision,
                "A GPU computes fp16, not \(setting): leave the precision at auto, or the device at auto or cpu.")
        }
    }
}
