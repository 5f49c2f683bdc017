extension ConfigurationFile {
    /// A whole number; `nil` where the key is left out or null.
    public func integer(
        _ key: String, in range: ClosedRange<Int> = .min ... .max
    ) throws(CheckpointError) -> Int? {
        guard contains(key) else { return nil }
        guard case .integer(let value)? = values[key], range.contains(value) else {
            throw invalid(key, Self.phrase("a whole number", range))
        }
        return value
    }

    /// A whole number, or the default where the key is left out. Null is refused.
    public func integer(
        _ key: String, default fallback: Int, in range: ClosedRange<Int> = .min ... .max
    ) throws(CheckpointError) -> Int {
        guard values[key] != nil else { return fallback }
        guard let value = try integer(key, in: range) else { throw invalid(key, Self.phrase("a whole number", range)) }
        return value
    }

    /// A finite number; `nil` where the key is left out or null.
    public func number(
        _ key: String, in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws(CheckpointError) -> Double? {
        guard let value = values[key], value != .null else { return nil }
        guard let number = Self.number(value), range.contains(number) else {
            throw invalid(key, Self.phrase("a number", range))
        }
        return number
    }

    /// A finite number, or the default where the key is left out. Null is refused.
    public func number(
        _ key: String, default fallback: Double,
        in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws(CheckpointError) -> Double {
        guard values[key] != nil else { return fallback }
        guard let value = try number(key, in: range) else { throw invalid(key, Self.phrase("a number", range)) }
        return value
    }

    /// True or false; `nil` where the key is left out or null.
    public func boolean(_ key: String) throws(CheckpointError) -> Bool? {
        guard contains(key) else { return nil }
        guard case .boolean(let value)? = values[key] else { throw invalid(key, "true or false") }
        return value
    }

    /// True or false, or the default where the key is left out. Null is refused.
    public func boolean(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        guard values[key] != nil else { return fallback }
        guard let value = try boolean(key) else { throw invalid(key, "true or false") }
        return value
    }

    /// A string; `nil` where the key is left out or null.
    public func string(_ key: String) throws(CheckpointError) -> String? {
        guard contains(key) else { return nil }
        guard case .string(let value)? = values[key] else { throw invalid(key, "a string") }
        return value
    }

    /// Strings; `nil` where the key is left out or null.
    public func strings(_ key: String) throws(CheckpointError) -> [String]? {
        guard contains(key) else { return nil }
        guard case .array(let elements)? = values[key] else { throw invalid(key, "a list of strings") }
        return try elements.map { (element) throws(CheckpointError) in
            guard case .string(let value) = element else { throw invalid(key, "a list of strings") }
            return value
        }
    }

    /// Whole numbers, from a list or from a single one; `nil` where the key is left out or null.
    public func integers(
        _ key: String, in range: ClosedRange<Int> = .min ... .max
    ) throws(CheckpointError) -> [Int]? {
        guard let value = values[key], value != .null else { return nil }
        let elements = if case .array(let elements) = value { elements } else { [value] }
        return try elements.map { (element) throws(CheckpointError) in
            guard case .integer(let number) = element, range.contains(number) else {
                throw invalid(key, Self.phrase("a whole number", range) + ", or a list of such numbers")
            }
            return number
        }
    }

    /// Finite numbers, from a list or from a single one; `nil` where the key is left out or null.
    public func numbers(_ key: String) throws(CheckpointError) -> [Double]? {
        guard let value = values[key], value != .null else { return nil }
        let elements = if case .array(let elements) = value { elements } else { [value] }
        return try elements.map { (element) throws(CheckpointError) in
            guard let number = Self.number(element), number.isFinite else {
                throw invalid(key, "a number, or a list of numbers")
            }
            return number
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }

    private static func phrase<Bound: Comparable & ExpressibleByIntegerLiteral>(
        _ kind: String, _ range: ClosedRange<Bound>
    ) -> String {
        let hasLower = range.lowerBound > -1_000_000_000_000
        let hasUpper = range.upperBound < 1_000_000_000_000
        return switch (hasLower, hasUpper) {
        case (true, true): "\(kind) from \(range.lowerBound) to \(range.upperBound)"
        case (true, false): "\(kind) of at least \(range.lowerBound)"
        case (false, true): "\(kind) of at most \(range.upperBound)"
        case (false, false): kind
        }
    }
}
