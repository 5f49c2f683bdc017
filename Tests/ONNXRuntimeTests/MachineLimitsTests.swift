import ONNXRuntime
import Testing

@Suite("The machine's limits")
struct MachineLimitsTests {
    @Test("are measured on every core, with the instructions that are named")
    func areMeasured() {
        let limits = MachineLimits.measure()
        #expect(limits.integerOperationsPerSecond.isFinite && limits.integerOperationsPerSecond > 0)
        #expect(limits.readBytesPerSecond.isFinite && limits.readBytesPerSecond > 0)
        #expect(MachineLimits.coreCount >= 1)
        #expect(!MachineLimits.kernelName.isEmpty)
    }
}
