import ONNXRuntime
import Testing

@Suite("Machine limits")
struct MachineLimitsTests {
    @Test("Measures operations and memory bandwidth on every core, and names the kernel")
    func areMeasured() {
        let limits = MachineLimits.measure()
        #expect(limits.integerOperationsPerSecond.isFinite && limits.integerOperationsPerSecond > 0)
        #expect(limits.readBytesPerSecond.isFinite && limits.readBytesPerSecond > 0)
        #expect(MachineLimits.coreCount >= 1)
        #expect(!MachineLimits.kernelName.isEmpty)
    }
}
