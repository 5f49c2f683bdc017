import CFuzzer
import Foundation

/// `Fuzz TARGET …`: throws what libFuzzer thinks of at one part of the server. What follows TARGET is libFuzzer's own.
@main
enum Fuzz {
    /// The parts that can be tried, by name. Each ends the process where something is not as it must be.
    private static let targets: [String: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt] = [
        "form": { formTarget(bytes($0, $1)) },
        "picture": { pictureTarget(bytes($0, $1)) },
        "wire": { wireTarget(bytes($0, $1)) },
    ]

    static func main() {
        guard CommandLine.argc > 1, let target = targets[CommandLine.arguments[1]] else {
            FileHandle.standardError.write(
                Data("usage: Fuzz \(targets.keys.sorted().joined(separator: "|")) [libFuzzer's arguments]\n".utf8))
            exit(2)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.enumerated().filter { $0.offset != 1 }
            .map { strdup($0.element) }
        var count = CInt(arguments.count)
        arguments.append(nil)
        let status = arguments.withUnsafeMutableBufferPointer { buffer -> CInt in
            var start = buffer.baseAddress
            return withUnsafeMutablePointer(to: &start) { pointer in
                pointer.withMemoryRebound(
                    to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1
                ) { LLVMFuzzerRunDriver(&count, $0, target) }
            }
        }
        exit(status)
    }

    private static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: start, count: count))
    }
}
