import Foundation

/// What the system knows of this process; nil where it has no `/proc`.
struct ProcessStatus: Equatable, Sendable {
    /// Bytes in RAM.
    var residentBytes: Double
    /// Seconds in user and system mode.
    var processorSeconds: Double
    /// Seconds since 1970 began.
    var startTime: Double

    /// Units in which the kernel counts.
    struct Units: Sendable {
        var ticksPerSecond: Double
        var pageBytes: Double

        /// Those of this system.
        static let system = Units(
            ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))), pageBytes: Double(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// Reads `/proc`.
    init?() {
        guard let process = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let system = try? String(contentsOfFile: "/proc/stat", encoding: .utf8)
        else { return nil }
        self.init(process: process, system: system, units: .system)
    }

    /// Takes the texts of `/proc/self/stat` and `/proc/stat`, whose fields proc(5) numbers.
    init?(process: String, system: String, units: Units) {
        // The second field is the program's name in brackets, which may hold spaces and brackets itself.
        guard let nameEnd = process.lastIndex(of: ")"),
            let bootLine = system.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let boot = Double(bootLine.dropFirst(6))
        else { return nil }
        let fields = process[nameEnd...].split(separator: " ")  // field 3 is the first after ")"
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 2) ? Double(fields[number - 2]) : nil
        }
        guard let user = field(14), let kernel = field(15), let start = field(22), let pages = field(24) else {
            return nil
        }
        residentBytes = pages * units.pageBytes
        processorSeconds = (user + kernel) / units.ticksPerSecond
        startTime = boot + start / units.ticksPerSecond
    }

    /// How many files and sockets are open; nil where `/proc` does not say.
    static var openFiles: Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}
