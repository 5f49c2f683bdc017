import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The calls of the system that some file systems do not have, so that tests can stand in for such a file system.
package struct FileSystemCalls: Sendable {
    /// `flock(descriptor, LOCK_EX | LOCK_NB)`; 0, or what `errno` says.
    package var lock: @Sendable (_ descriptor: CInt) -> CInt
    /// `symlink(target, path)`; 0, or what `errno` says.
    package var link: @Sendable (_ target: String, _ path: String) -> CInt

    package init(
        lock: @escaping @Sendable (_ descriptor: CInt) -> CInt,
        link: @escaping @Sendable (_ target: String, _ path: String) -> CInt
    ) {
        (self.lock, self.link) = (lock, link)
    }

    package static let system = FileSystemCalls(
        lock: { flock($0, LOCK_EX | LOCK_NB) == 0 ? 0 : errno }, link: { symlink($0, $1) == 0 ? 0 : errno })

    /// Whether an error says that the file system has no such call: vfat and exFAT have no links (EPERM), SMB often has
    /// neither links nor locks, NFS without its lock service has no locks (ENOLCK).
    package static func isUnsupported(_ number: CInt) -> Bool {
        [ENOSYS, EOPNOTSUPP, ENOTSUP, EPERM, ENOLCK, EINVAL].contains(number)
    }
}

/// An exclusive lock between processes, held until it is released or the process ends.
///
/// Where the file system has `flock`, that is the lock, and the file stays: were it removed, two processes could hold locks
/// on two files of one name. Where it has not, the file itself is the lock: whoever makes it holds it, and removes it. It
/// then says who holds it, so that one that a killed process left behind is taken over. Both are as Python's package
/// filelock has them, which huggingface_hub uses, so that either program waits for the other.
package struct FileLock: Sendable {
    /// Why a lock file cannot be used.
    package struct Failure: Error {
        let number: CInt

        /// The system's words for it.
        package var reason: String { String(cString: strerror(number)) }
    }

    private enum Hold: Sendable {
        case descriptor(CInt)
        case marker(path: String, Holder)
    }

    private let hold: Hold

    /// Takes the lock if nobody holds it; nil where somebody does. Never waits.
    ///
    /// - Parameter isCreating: whether the file is made where there is none; else that gives nil, too.
    /// - Throws: ``Failure`` where the file cannot be opened or locked.
    package static func take(
        _ path: String, isCreating: Bool = true, calls: FileSystemCalls = .system
    ) throws(Failure) -> FileLock? {
        var descriptor = open(path, O_RDWR | O_CLOEXEC)
        var isNew = false
        if descriptor < 0, errno == ENOENT {
            guard isCreating else { return nil }
            descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            isNew = descriptor >= 0
            // Another process was faster.
            if descriptor < 0, errno == EEXIST { descriptor = open(path, O_RDWR | O_CLOEXEC) }
        }
        guard descriptor >= 0 else { throw Failure(number: errno) }
        switch calls.lock(descriptor) {
        case 0: return FileLock(hold: .descriptor(descriptor))
        case EWOULDBLOCK, EINTR, EACCES:
            close(descriptor)
            return nil
        case let number where FileSystemCalls.isUnsupported(number):
            defer { close(descriptor) }
            return try takeMarker(path, isNew ? descriptor : nil)
        case let number:
            close(descriptor)
            throw Failure(number: number)
        }
    }

    /// Gives the lock back.
    package func release() {
        switch hold {
        case .descriptor(let descriptor): close(descriptor)
        case .marker(let path, let holder):
            if Holder.text(at: path) == holder.text { unlink(path) }
        }
    }

    // MARK: Where there is no flock

    /// How long a file that names no holder is left to the process that may be about to write its name.
    private static let patience = 2.0

    /// - Parameter new: the file, where this call has made it.
    private static func takeMarker(_ path: String, _ new: CInt?) throws(Failure) -> FileLock? {
        let holder = Holder.own
        if let new { return try mark(new, path, holder) }
        guard isStale(path) else { return nil }
        // Taken over by one process at a time: another could take the new file for the old one.
        let breaker = "\(path).break"
        let turn = open(breaker, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard turn >= 0 else {
            if let age = age(of: breaker), age > patience { unlink(breaker) }
            return nil
        }
        defer {
            close(turn)
            unlink(breaker)
        }
        guard isStale(path) else { return nil }
        unlink(path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw Failure(number: errno) }
            return nil
        }
        defer { close(descriptor) }
        return try mark(descriptor, path, holder)
    }

    private static func mark(_ descriptor: CInt, _ path: String, _ holder: Holder) throws(Failure) -> FileLock {
        let bytes = Array(holder.text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            let number = errno
            unlink(path)
            throw Failure(number: number)
        }
        return FileLock(hold: .marker(path: path, holder))
    }

    /// Whether nobody holds the lock although its file is there.
    private static func isStale(_ path: String) -> Bool {
        guard let text = Holder.text(at: path) else { return false }
        if let holder = Holder(text) { return holder.isGone }
        return age(of: path).map { $0 > patience } ?? false
    }

    /// Seconds since a file was written; nil where there is none.
    private static func age(of path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec)
    }

    /// The process that holds a lock: its number, its machine, and when it started, a line each.
    private struct Holder: Sendable {
        let process: pid_t
        let machine: String
        /// In the system's ticks since it was started, which tells processes of one number apart; nil where unknown.
        let start: Int?

        static var own: Holder {
            let process = getpid()
            return Holder(process: process, machine: ProcessInfo.processInfo.hostName, start: start(of: process))
        }

        private init(process: pid_t, machine: String, start: Int?) {
            (self.process, self.machine, self.start) = (process, machine, start)
        }

        /// Reads what a lock file says; nil where that names no process.
        init?(_ text: String) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard (3...4).contains(lines.count), lines.last == "", let process = pid_t(lines[0]), process > 0 else {
                return nil
            }
            self.init(process: process, machine: String(lines[1]), start: lines.count == 4 ? Int(lines[2]) : nil)
        }

        var text: String { "\(process)\n\(machine)\n" + (start.map { "\($0)\n" } ?? "") }

        /// Whether the process has ended; of another machine's nobody knows.
        var isGone: Bool {
            guard machine == ProcessInfo.processInfo.hostName else { return false }
            if kill(process, 0) != 0, errno == ESRCH { return true }
            guard let start, let now = Self.start(of: process) else { return false }
            return start != now
        }

        /// The 22nd field of `/proc/<number>/stat`; the second, the program's name, may hold spaces and brackets.
        private static func start(of process: pid_t) -> Int? {
            guard let text = text(at: "/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
            let fields = text[end...].split(separator: " ")
            return fields.count > 20 ? Int(fields[20]) : nil
        }

        /// The beginning of a file; nil where it cannot be read.
        static func text(at path: String) -> String? {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &bytes, bytes.count)
            return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}
