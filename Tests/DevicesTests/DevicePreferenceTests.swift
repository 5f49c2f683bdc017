import ONNXRuntime
import Testing

@testable import Devices

@Suite("Device choice")
struct DevicePreferenceTests {
    private static let found = GPUSearch.found(NVIDIAGPU(name: "Example 9000", memoryBytes: 80 << 30))
    private static let notBuilt = GPUSearch.missing("It is built without CUDA.", isBuiltIn: false)
    private static let noDriver = GPUSearch.missing("There is no driver.", isBuiltIn: true)

    struct Choice: Sendable, CustomTestStringConvertible {
        let precision: String
        let preference: DevicePreference
        let search: GPUSearch
        let device: Execution.Device
        let result: String
        /// Of each note, whether it is a warning.
        let notes: [Bool]

        var testDescription: String { "\(precision), \(preference), \(search)" }
    }

    static let choices = [
        Choice(
            precision: "auto", preference: .gpuIfThere(asked: false), search: found, device: .cuda, result: "fp16",
            notes: []),
        Choice(precision: "fp16", preference: .gpu, search: found, device: .cuda, result: "fp16", notes: []),
        Choice(precision: "auto", preference: .cpu, search: found, device: .cpu, result: "auto", notes: []),
        Choice(
            precision: "auto", preference: .gpuIfThere(asked: false), search: notBuilt, device: .cpu, result: "auto",
            notes: [false]),
        Choice(
            precision: "auto", preference: .gpuIfThere(asked: true), search: notBuilt, device: .cpu, result: "auto",
            notes: [true]),
        Choice(
            precision: "auto", preference: .gpuIfThere(asked: false), search: noDriver, device: .cpu, result: "auto",
            notes: [true]),
        Choice(
            precision: "int8", preference: .gpuIfThere(asked: false), search: found, device: .cpu, result: "int8",
            notes: [false]),
        Choice(
            precision: "fp32", preference: .gpuIfThere(asked: true), search: found, device: .cpu, result: "fp32",
            notes: [true]),
        Choice(
            precision: "fp16", preference: .gpuIfThere(asked: false), search: notBuilt, device: .cpu, result: "fp16",
            notes: [false, true]),
        Choice(precision: "fp16", preference: .cpu, search: found, device: .cpu, result: "fp16", notes: [true]),
    ]

    @Test("Chooses the GPU for fp16 if one is found, otherwise the CPU with a note", arguments: choices)
    func chooses(_ choice: Choice) throws {
        var notes: [Execution.Note] = []
        let execution = try Execution.choose(
            precision: choice.precision, device: choice.preference, findGPU: { choice.search },
            note: { notes.append($0) })
        #expect(execution.device == choice.device)
        #expect(try execution.precision == Precision(setting: choice.result))
        #expect((execution.gpu?.name == "Example 9000") == (choice.device == .cuda))
        #expect(notes.map(\.isWarning) == choice.notes)
        for note in notes { #expect(note.text.hasSuffix(".")) }
        if case .missing(let reason, _) = choice.search, choice.preference != .cpu {
            #expect(notes.first?.text.contains(reason) == true)
        }
    }

    @Test(
        "Throws if a GPU is required and cannot be used",
        arguments: [
            ("auto", noDriver, DeviceError.Code.noGPU, "There is no driver."),
            ("int8", found, .invalidPrecision, "fp16"),
            ("fp8", found, .invalidPrecision, "fp8"),
        ])
    func refuses(_ precision: String, _ search: GPUSearch, _ code: DeviceError.Code, _ words: String) throws {
        let error = try #require(throws: DeviceError.self) {
            try Execution.choose(precision: precision, device: .gpu, findGPU: { search }, note: { _ in })
        }
        #expect(error.code == code && error.message.contains(words))
    }

    @Test("Finds this machine's GPU, or says what is missing")
    func searches() throws {
        switch try GPUSearch.run() {
        case .found(let gpu): #expect(!gpu.name.isEmpty && gpu.memoryBytes > 0)
        case .missing(let sentence, _): #expect(sentence.hasSuffix("."))
        }
    }

    @Test("Names the library that CUDA lacks, or quotes ONNX Runtime")
    func explains() {
        let missing = ONNXRuntimeError(
            .failed,
            "Failed to load library /a/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared "
                + "object file: No such file or directory")
        let sentence = GPUSearch.sentence(for: missing)
        #expect(sentence.contains("needs libcublasLt.so.13,") && sentence.contains("scripts/setup --gpu"))
        let loading =
            "Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library /a/b.so with error: /a/b.so: undefined symbol: cuA"
        #expect(
            GPUSearch.sentence(for: ONNXRuntimeError(.failed, loading)).contains(
                "does not work: /a/b.so: undefined symbol: cuA."))
        let other = GPUSearch.sentence(
            for: ONNXRuntimeError(.failed, "a.cc:7 Parse Failed\nto do it: CUDA failure 35: too old ; GPU=-1 ; line=5"))
        #expect(other.contains("\"CUDA failure 35: too old\"") && !other.contains("line=5"))
    }
}

@Suite("Precisions")
struct PrecisionTests {
    @Test("Refuses an unknown precision and lists the known ones")
    func refusesPrecisions() throws {
        let error = try #require(throws: DeviceError.self) { try Precision(setting: "fp8") }
        #expect(error.code == .invalidPrecision)
        #expect(error.message.contains("auto, fp32"))
        #expect(try Precision(setting: "auto") == .int4)
    }
}
