/// Operators that move, cut and join without arithmetic.
extension Graph {
    /// Lays the elements out in another shape. `shape` may hold at most one symbol, or the same symbols at the same axes as `x`.
    public func reshape(_ x: Value, _ shape: [Dimension]) -> Value {
        var inferred = false
        let target = shape.enumerated().map { axis, dimension -> Int in
            switch dimension {
            case .fixed(let size): return size
            case .symbol where axis < x.rank && x.shape[axis] == dimension: return 0  // 0: as it was
            case .symbol:
                require(!inferred, "Reshape", [x], "to \(shape) only one axis can be inferred")
                inferred = true
                return -1
            }
        }
        return node("Reshape", [x, constant(target)], shape: shape)
    }

    /// Puts the axes into another order.
    public func transpose(_ x: Value, _ order: [Int]) -> Value {
        guard order.sorted() == Array(0..<x.rank) else {
            require(false, "Transpose", [x], "\(order) does not name each axis once")
            return x
        }
        return node("Transpose", [x], [.ints("perm", order)], shape: order.map { x.shape[$0] })
    }

    /// Joins values along one axis.
    public func concat(_ values: [Value], axis: Int) -> Value {
        guard var shape = values.first?.shape, shape.indices.contains(axis) else {
            require(false, "Concat", values, "there is no axis \(axis)")
            return constant([])
        }
        for value in values.dropFirst() {
            var other = value.shape
            guard other.count == shape.count else {
                require(false, "Concat", values, "ranks must be equal")
                continue
            }
            shape[axis] = shape[axis] + other[axis]
            other[axis] = shape[axis]
            require(other == shape, "Concat", values, "all other axes must be equal")
        }
        return node("Concat", values, [.int("axis", axis)], shape: shape)
    }

    /// The elements `start ..< end` of one axis; negative numbers count from its end.
    public func slice(_ x: Value, axis: Int, from start: Int, to end: Int) -> Value {
        var shape = x.shape
        if let size = shape[axis].size {
            let clamp = { (index: Int) in min(max(index < 0 ? index + size : index, 0), size) }
            shape[axis] = .fixed(max(0, clamp(end) - clamp(start)))
        } else if (start < 0) == (end < 0) {
            shape[axis] = .fixed(end - start)
        }
        return node("Slice", [x, constant([start]), constant([end]), constant([axis])], shape: shape)
    }

    /// What stands behind the first `start` entries of an axis, whose length is another's: [B, Q+L, C] → [B, L, C].
    public func rest(_ x: Value, axis: Int, from start: Int, length: Dimension) -> Value {
        var shape = x.shape
        shape[axis] = length
        return node("Slice", [x, constant([start]), constant([Int.max]), constant([axis])], shape: shape)
    }

    /// The last entry of an axis, which vanishes: [B, T, C] → [B, C] for axis 1.
    public func last(_ x: Value, axis: Int) -> Value {
        var shape = x.shape
        shape.remove(at: axis)
        return node("Gather", [x, constant(index: -1)], [.int("axis", axis)], shape: shape)
    }

    /// Puts an axis of length one in: [A, B] → [A, 1, B] for axis 1.
    public func unsqueezed(_ x: Value, axis: Int) -> Value {
        guard (0...x.rank).contains(axis) else {
            require(false, "Unsqueeze", [x], "there is no place for an axis \(axis)")
            return x
        }
        return node("Unsqueeze", [x, constant([axis])], shape: x.shape[..<axis] + [1] + x.shape[axis...])
    }

    /// Looks rows up in a table: [V, C, …] by indices [...] → [..., C, …].
    public func gather(_ table: Value, _ indices: Value) -> Value {
        require(
            table.rank >= 2 && indices.elementType == .int64, "Gather", [table, indices],
            "a table and 64-bit indices are needed")
        return node("Gather", [table, indices], [.int("axis", 0)], shape: indices.shape + table.shape.dropFirst())
    }

    /// Repeats a value of first axis 1 once for every row of `batch`: [1, ...] → [B, ...].
    public func repeated(_ x: Value, alongFirstAxisOf batch: Value) -> Value {
        require(x.shape.first == 1, "Expand", [x, batch], "the first axis must have length one")
        let count = node(
            "Shape", [batch], [.int("start", 0), .int("end", 1)], elementType: .int64, shape: [1])
        let rest = constant(x.shape.dropFirst().map { $0.size ?? 1 })
        let target = node("Concat", [count, rest], [.int("axis", 0)], shape: [.fixed(x.rank)])
        return node("Expand", [x, target], shape: [batch.shape[0]] + x.shape.dropFirst())
    }

    /// Puts as many zeros before and behind each axis as `amounts` says: int64 [2 × rank], those before first.
    public func padded(_ x: Value, by amounts: Value, to shape: [Dimension]) -> Value {
        require(
            shape.count == x.rank && amounts.shape == [.fixed(2 * x.rank)], "Pad", [x, amounts],
            "two amounts are needed for each axis")
        return node("Pad", [x, amounts], shape: shape)
    }

    /// Fills the end of the last axis with zeros up to a length.
    public func padded(_ x: Value, to length: Int) -> Value { padded(x, axis: x.rank - 1, to: length) }

    /// Fills the end of an axis with zeros up to a length.
    public func padded(_ x: Value, axis: Int, to length: Int) -> Value {
        guard x.shape.indices.contains(axis), let size = x.shape[axis].size, size <= length else {
            require(false, "Pad", [x], "axis \(axis) is not shorter than \(length)")
            return x
        }
        if size == length { return x }
        var shape = x.shape
        shape[axis] = .fixed(length)
        var amounts = Array(repeating: 0, count: 2 * x.rank)
        amounts[x.rank + axis] = length - size
        return node("Pad", [x, constant(amounts)], shape: shape)
    }
}
