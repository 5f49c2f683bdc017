extension [Double] {
    /// The middle one, the mean of the middle two where they are even in number; NaN where there is none.
    var median: Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
