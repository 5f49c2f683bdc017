import CFuzzer
import Foundation

/// `Fuzz TARGET …`: throws what libFuzzer thinks of at one part of the program. What follows TARGET is libFuzzer's own.
///
/// The process ends where something is not as it must be, or costs more than a ``CostLimit`` allows; libFuzzer then keeps the input.
@main
enum Fuzz {
    /// libFuzzer calls a C function, which knows nothing of what is chosen here. Written once, before the first call.
    nonisolated(unsafe) private static var target = FuzzTarget.all[0]

    static func main() {
        if CommandLine.arguments.dropFirst() == ["--list"] {
            print(FuzzTarget.all.map(\.name).joined(separator: " "))
            exit(0)
        }
        guard CommandLine.argc > 1, let chosen = FuzzTarget.all.first(where: { $0.name == CommandLine.arguments[1] })
        else {
            say("usage: Fuzz \(FuzzTarget.all.map(\.name).joined(separator: "|")) [libFuzzer's arguments]")
            exit(2)
        }
        if CommandLine.arguments.contains("--seeds") {
            let folders = (["Fuzzing/Seeds/\(chosen.name)"] + chosen.otherSeeds)
            print(folders.filter(FileManager.default.fileExists(atPath:)).joined(separator: "\n"))
            exit(0)
        }
        target = chosen
        var arguments: [UnsafeMutablePointer<CChar>?] =
            CommandLine.arguments.enumerated().filter { $0.offset != 1 }.map { strdup($0.element) }
            + [strdup("-max_len=\(chosen.longest)")]
        var count = CInt(arguments.count)
        arguments.append(nil)
        let status = arguments.withUnsafeMutableBufferPointer { buffer -> CInt in
            var start = buffer.baseAddress
            return withUnsafeMutablePointer(to: &start) { pointer in
                pointer.withMemoryRebound(
                    to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1
                ) { LLVMFuzzerRunDriver(&count, $0) { Fuzz.tryInput($0, $1) } }
            }
        }
        exit(status)
    }

    /// Tries one input and, of one in a few hundred, what it is when a piece of it is repeated to a megabyte.
    private static func tryInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        let input = Array(UnsafeBufferPointer(start: start, count: count))
        check(input)
        let stretch = Stretch(of: input)
        if target.canStretch, stretch.isDue { check(stretch.stretched(input, to: target.stretchedLength)) }
        return 0
    }

    private static func check(_ input: [UInt8]) {
        do {
            let limit = CostLimit(input, secondsPerLine: target.secondsPerLine)
            try target.run(input)
            try limit.check()
        } catch {
            say("\(target.name), \(input.count) bytes: \(error)")
            if input.count > 100_000 { keep(input) }
            abort()
        }
    }

    /// libFuzzer keeps the short input that a long one was made of; this keeps the long one, too.
    private static func keep(_ input: [UInt8]) {
        let path = "stretched-\(target.name)-\(getpid())"
        try? Data(input).write(to: URL(filePath: path))
        say("The whole input is in \(path).")
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

/// What an input may cost: a second of the processor and 256 MB of memory, for each megabyte begun; and, where lines become songs,
/// what writing them takes.
struct CostLimit {
    private let megabytes: Int
    private let seconds: Double
    private let measuresMemory: Bool
    private let beganAt: Double
    private let residentBefore: Int

    init(_ input: [UInt8], secondsPerLine: Double) {
        megabytes = max(1, (input.count + 999_999) / 1_000_000)
        let lines = secondsPerLine > 0 ? input.count { $0 == 0x0A || $0 == 0x0D } : 0
        seconds = Double(megabytes) + Double(lines) * secondsPerLine
        measuresMemory = input.count >= 1 << 16
        // The high-water mark begins anew (Linux, proc(5)); that takes longer than most inputs, so it is left to long ones.
        if measuresMemory { try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs")) }
        residentBefore = measuresMemory ? Self.status("VmRSS") : 0
        beganAt = Self.processorSeconds
    }

    /// - Throws: a ``FuzzFinding`` where more was spent since this was made.
    func check() throws {
        let spent = Self.processorSeconds - beganAt
        try FuzzFinding.unless(spent <= seconds, "took \(spent) s of the processor where \(seconds) are allowed")
        guard measuresMemory else { return }
        let kilobytes = Self.status("VmHWM") - residentBefore
        try FuzzFinding.unless(kilobytes <= megabytes * 256_000, "took \(kilobytes / 1000) MB of memory")
    }

    /// Seconds that the processors have spent on this process. POSIX sets the unit of `clock()` to a microsecond.
    private static var processorSeconds: Double { Double(clock()) / 1e6 }

    /// A line of `/proc/self/status` in kilobytes; 0 where there is none.
    private static func status(_ name: String) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") })
        else { return 0 }
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}

/// A long input made of a short one, by repeating a piece of it: what a quadratic loop is slow with. Which piece follows from
/// the bytes, so that the same input is tried the same way again.
struct Stretch {
    private let hash: UInt64

    init(of input: [UInt8]) {
        // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/).
        hash = input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// One input in 256.
    var isDue: Bool { hash >> 56 == 0 }

    func stretched(_ input: [UInt8], to byteCount: Int) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        let start = Int(hash >> 8 & 0xFFFF) % input.count
        let piece = input[start..<min(input.count, start + 1 + Int(hash >> 24 & 0x3F))]
        var result = Array(input[..<start])
        result.reserveCapacity(byteCount + input.count)
        while result.count < byteCount { result += piece }
        return result + input[start...]
    }
}
