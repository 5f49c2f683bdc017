/// Waits until `condition` holds, for as long as it takes.
///
/// What never happens ends with the run: `scripts/test` has a limit for all tests together, and names those that had not
/// ended. A limit of its own would only make a test fail on a busy machine.
///
/// - Parameter expectation: what is waited for, as a sentence without its full stop; for the reader of the test.
/// - Throws: what `condition` throws.
public func eventually(_ expectation: String, _ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

extension Duration {
    /// A day: a limit that no test reaches, for settings and clients that want one.
    public static let endless = Duration.seconds(86_400)
}
