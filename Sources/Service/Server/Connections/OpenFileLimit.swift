import Foundation

/// How many files and connections this process may hold open at once.
enum OpenFileLimit {
    /// More than this is never asked for.
    private static let wanted: rlim_t = 8192

    /// The result of ``raise()``.
    static var attainable: Int {
        guard let limit = current else { return 1024 }
        return Int(max(limit.rlim_cur, min(limit.rlim_max, wanted)))
    }

    /// The present limit.
    static var present: Int { current.map { Int(clamping: $0.rlim_cur) } ?? 1024 }

    /// Raises the process's limit as far as it is useful and allowed: shells often give 1024, less than some need.
    static func raise() {
        guard var limit = current, limit.rlim_cur < min(limit.rlim_max, wanted) else { return }
        limit.rlim_cur = min(limit.rlim_max, wanted)
        setrlimit(resource, &limit)
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif

    private static var current: rlimit? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        return limit
    }
}
