import Foundation
import Testing

@testable import Devices

@Suite("Memory of the machine")
struct MachineMemoryTests {
    private static let gigabyte = 1_000_000_000

    /// What is found below a root with these files, on a machine of 8 GB.
    private func found(_ files: [String: String]) throws -> Int {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return MachineMemory.byteCount(machine: UInt64(8 * Self.gigabyte), root: root)
    }

    @Test("Is the machine's where no control group limits it")
    func unlimited() throws {
        #expect(try found([:]) == 8 * Self.gigabyte)
        #expect(
            try found([
                "proc/self/cgroup": "0::/user.slice/mine.scope\n", "sys/fs/cgroup/user.slice/memory.max": "max\n",
                "sys/fs/cgroup/user.slice/mine.scope/memory.max": "max\n",
            ]) == 8 * Self.gigabyte)
        // What version 1 says where there is no limit: the largest number of pages.
        #expect(
            try found([
                "proc/self/cgroup": "4:memory:/\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            ]) == 8 * Self.gigabyte)
    }

    @Test("Is the lowest limit of the groups that the process is in (version 2)")
    func unified() throws {
        let group = "0::/system.slice/image-to-song.service\n"
        let own = "sys/fs/cgroup/system.slice/image-to-song.service/memory.max"
        #expect(try found(["proc/self/cgroup": group, own: "3000000000\n"]) == 3 * Self.gigabyte)
        #expect(
            try found([
                "proc/self/cgroup": group, own: "3000000000\n", "sys/fs/cgroup/system.slice/memory.max": "2000000000\n",
            ]) == 2 * Self.gigabyte)
        // A limit above what the machine has changes nothing.
        #expect(try found(["proc/self/cgroup": group, own: "90000000000\n"]) == 8 * Self.gigabyte)
    }

    @Test("Is the limit of version 1, whose controllers have hierarchies of their own")
    func legacy() throws {
        let groups = "7:freezer:/\n5:cpu,memory:/docker/abc\n0::/\n"
        let file = "memory.limit_in_bytes"
        #expect(
            try found([
                "proc/self/cgroup": groups, "sys/fs/cgroup/memory/docker/abc/\(file)": "1000000000\n",
                "sys/fs/cgroup/memory/\(file)": "9223372036854771712\n",
            ]) == Self.gigabyte)
        // In a container its own group is the root of what it sees, whatever the path says.
        #expect(
            try found(["proc/self/cgroup": groups, "sys/fs/cgroup/memory/\(file)": "1000000000\n"]) == Self.gigabyte)
    }

    @Test("Passes over paths that lead elsewhere, and lines that are none")
    func malformed() throws {
        #expect(
            try found([
                "proc/self/cgroup": "0::/../../neighbour\nnonsense\n", "neighbour/memory.max": "1\n",
                "sys/fs/cgroup/memory.max": "4000000000\n",
            ]) == 4 * Self.gigabyte)
    }

    @Test("This machine has some")
    func real() {
        #expect(MachineMemory.byteCount() > 100_000_000)
        #expect(MachineMemory.byteCount() <= Int(clamping: ProcessInfo.processInfo.physicalMemory))
    }
}
