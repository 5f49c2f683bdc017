extension Duration {
    /// The duration in seconds.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// The duration in milliseconds, to the microsecond.
    public var inMilliseconds: Double {
        (inSeconds * 1_000_000).rounded() / 1_000
    }
}
