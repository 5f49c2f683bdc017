import Foundation

/// Numbers of bytes for people.
public enum ByteCount {
    /// The largest unit that a count fills: such as `512 B`, `38 kB` and `14.9 GB`, in powers of ten.
    public static func text(_ count: Int) -> String {
        var (value, unit) = (Double(count), 0)
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return unit == 0 || value >= 99.95
            ? "\(Int(value.rounded())) \(units[unit])" : String(format: "%.1f %@", value, units[unit])
    }
}
