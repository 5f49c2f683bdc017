/// What a test has waited for in vain.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String
}

/// Waits until `condition` holds.
///
/// - Parameter expectation: what is waited for, as a sentence without its full stop.
/// - Throws: ``NeverHappened`` where it does not come to hold within five minutes; what `condition` throws.
public func eventually(_ expectation: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(300)
    while try await !condition() {
        guard .now < end else { throw NeverHappened(description: "This never happened: \(expectation).") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
