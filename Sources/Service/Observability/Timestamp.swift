import Foundation

/// The time as logs and answers have it.
public enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// This moment in ISO 8601, UTC, to the millisecond.
    public static func now() -> String {
        style.format(Date())
    }
}
