public import Foundation

/// How much memory a process may use.
public enum MachineMemory {
    /// Bytes of memory that this process may use: the machine's, or the limit of one of the control groups that it is in, which
    /// is how containers and services are limited, where that is lower.
    ///
    /// - Parameters:
    ///   - machine: bytes that the machine has (MemTotal).
    ///   - root: below which `/proc` and `/sys` lie.
    public static func byteCount(
        machine: UInt64 = ProcessInfo.processInfo.physicalMemory, root: URL = URL(fileURLWithPath: "/")
    ) -> Int {
        Int(clamping: limits(root).reduce(machine, min))
    }

    /// The limits of this process's control groups and of those that they are in.
    ///
    /// Source: cgroups(7), and the kernel's documents of both versions. `/proc/self/cgroup` has a line
    /// `number:controllers:path` for each hierarchy; version 2 has no controllers there. A limit of a group holds for all
    /// groups in it. In a container the path may be that of the host, of which only the container's own group is to be seen, at
    /// the root of the hierarchy.
    private static func limits(_ root: URL) -> [UInt64] {
        let lines = text(root.appendingPathComponent("proc/self/cgroup"))?.split(separator: "\n") ?? []
        return lines.flatMap { line -> [UInt64] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let controllers = parts[1].split(separator: ",")
            let place: (hierarchy: String, file: String)
            if controllers.isEmpty {
                place = ("sys/fs/cgroup", "memory.max")
            } else if controllers.contains("memory") {
                place = ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
            } else {
                return []
            }
            var names = parts[2].split(separator: "/").map(String.init)
            // Beside its container's root a process may see a path as that of a neighbour, which begins with "..".
            if names.contains("..") { names = [] }
            return (0...names.count).compactMap { depth in
                let path = ([place.hierarchy] + names.prefix(depth) + [place.file]).joined(separator: "/")
                // "max" is no number: there is no limit.
                return text(root.appendingPathComponent(path)).flatMap { UInt64($0) }
            }
        }
    }

    private static func text(_ file: URL) -> String? {
        (try? String(contentsOf: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
