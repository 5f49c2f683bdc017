import Testing

@testable import Server

@Suite("Process status")
struct ProcessStatusTests {
    private let units = ProcessStatus.Units(ticksPerSecond: 100, pageBytes: 4096)
    private let system = "cpu  1 2 3\nintr 5\nbtime 1700000000\nprocesses 7\n"

    /// A line of `/proc/PID/stat` whose fields are their own numbers, but for those that count here.
    private func process(named name: String) -> String {
        let fields = (4...52).map { number in
            switch number {
            case 14: "250"
            case 15: "50"
            case 22: "12345"
            case 24: "1000"
            default: "\(number)"
            }
        }
        return "1 (\(name)) S \(fields.joined(separator: " "))\n"
    }

    @Test(
        "Reads the fields after the process name, whatever the name contains",
        arguments: ["image-to-song", "a b) (c", ")"])
    func fields(name: String) throws {
        let status = try #require(ProcessStatus(process: process(named: name), system: system, units: units))
        #expect(status.processorSeconds == 3)
        #expect(status.residentBytes == 4_096_000)
        #expect(status.startTime == 1_700_000_123.45)
    }

    @Test("Returns nil for an unreadable text", arguments: ["", "1 (x) S 1 2 3", "1 x S"])
    func nonsense(process: String) {
        #expect(ProcessStatus(process: process, system: system, units: units) == nil)
    }

    @Test("Returns nil without the boot time")
    func noBootTime() {
        #expect(ProcessStatus(process: process(named: "x"), system: "cpu 1\n", units: units) == nil)
    }
}
