import Foundation

/// Whether a disk has room for a download.
enum DiskSpace {
    /// What stays free beside the files: journals, links, and other programs' needs.
    private static let reserve = 64 << 20

    /// - Parameter needed: bytes that are yet to be written.
    /// - Throws: `diskFull`, with both figures.
    static func check(_ folder: URL, needed: Int) throws(HubError) {
        var status = statvfs()
        guard needed > 0, statvfs(folder.path, &status) == 0 else { return }
        let (free, overflow) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
        guard !overflow, needed > free - reserve else { return }
        throw HubError(
            .diskFull,
            "\(ByteCount.text(needed)) are to be fetched, but the disk of \(folder.path) has \(ByteCount.text(free)) free. "
                + "Make room, or set HF_HUB_CACHE or MODEL_CACHE_DIR to a folder on another disk.")
    }
}

/// Numbers of bytes for people.
public enum ByteCount {
    /// Such as `512 B`, `38 kB` and `14.9 GB`, in powers of ten.
    public static func text(_ count: Int) -> String {
        var (value, unit) = (Double(count), 0)
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return unit == 0 || value >= 99.95
            ? "\(Int(value.rounded())) \(units[unit])" : String(format: "%.1f %@", value, units[unit])
    }
}
