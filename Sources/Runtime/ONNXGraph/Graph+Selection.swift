/// Operators that change the element type, choose between values, and multiply stacks of matrices.
extension Graph {
    /// The same numbers in another element type; the value itself where it has that type already.
    public func cast(_ x: Value, to elementType: ElementType) -> Value {
        guard x.elementType != elementType else { return x }
        return node("Cast", [x], [.int("to", Int(elementType.rawValue))], elementType: elementType, shape: x.shape)
    }

    /// `left · right` for every pair of matrices: [..., M, K] × [..., K, N] → [..., M, N], with equal axes in front. One
    /// matrix [M, K] is multiplied with each of the right ones.
    public func stackedMatMul(_ left: Value, _ right: Value) -> Value {
        guard right.rank >= 3, left.rank == right.rank || left.rank == 2, let columns = right.shape.last,
            left.shape.last == right.shape[right.rank - 2]
        else {
            require(
                false, "MatMul", [left, right],
                "as many axes are needed on both sides, or two on the left, and the inner ones equal")
            return left
        }
        let front = left.rank == 2 ? right.shape.dropLast(2) : left.shape.dropLast(2)
        return node("MatMul", [left, right], shape: front + [left.shape[left.rank - 2], columns])
    }

    /// e^x over its sum along the last axis.
    public func softmax(_ x: Value) -> Value { node("Softmax", [x], [.int("axis", -1)], shape: x.shape) }

    /// `chosen` where the condition holds, else `other`; the first two are broadcast to the shape of `other`.
    public func select(_ condition: Value, _ chosen: Value, _ other: Value) -> Value {
        require(
            condition.elementType == .bool && chosen.elementType == other.elementType, "Where",
            [condition, chosen, other], "a truth value and two values of one type are needed")
        return node("Where", [condition, chosen, other], elementType: other.elementType, shape: other.shape)
    }

    /// `x` where the condition holds, else -∞, which hides a score from ``softmax(_:)``.
    public func unmasked(_ x: Value, where condition: Value) -> Value {
        node("Where", [condition, x, constant(-Float.infinity)], elementType: x.elementType, shape: x.shape)
    }

    /// int64 [n]: 0, 1, … n - 1, for an axis of length n.
    public func indices(alongAxis axis: Int, of x: Value) -> Value {
        let length = node(
            "Squeeze", [length(ofAxis: axis, of: x), constant([0])], elementType: .int64, shape: [])
        return node("Range", [constant(index: 0), length, constant(index: 1)], shape: [x.shape[axis]])
    }

    /// int64 [1]: the length of an axis.
    private func length(ofAxis axis: Int, of x: Value) -> Value {
        node("Shape", [x], [.int("start", axis), .int("end", axis + 1)], elementType: .int64, shape: [1])
    }

    /// The beginning of an axis, as long as an axis of another value.
    public func beginning(_ x: Value, axis: Int, asLongAs otherAxis: Int, of other: Value) -> Value {
        var shape = x.shape
        shape[axis] = other.shape[otherAxis]
        return node(
            "Slice", [x, constant([0]), length(ofAxis: otherAxis, of: other), constant([axis])], shape: shape)
    }

    /// Whether integers are equal; shapes are broadcast from the right.
    public func isEqual(_ left: Value, _ right: Value, shape: [Dimension]) -> Value {
        node("Equal", [left, right], elementType: .bool, shape: shape)
    }

    /// Whether integers on the left are no larger; shapes are broadcast from the right.
    public func isAtMost(_ left: Value, _ right: Value, shape: [Dimension]) -> Value {
        node("LessOrEqual", [left, right], elementType: .bool, shape: shape)
    }
}
