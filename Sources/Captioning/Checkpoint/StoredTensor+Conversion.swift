extension StoredTensor {
    /// Writes the elements of `range`, in row-major order, as 32-bit floats to the start of `destination`.
    ///
    /// F16 and BF16 convert exactly, subnormal numbers, infinities and NaN included; F64 rounds to the nearest. About as
    /// fast as memory, and fit for pieces: a caller with gigabytes to convert asks for one piece after another.
    ///
    /// - Precondition: `range` lies within the tensor, and `destination` holds as many elements.
    /// - Throws: `unexpectedScalarType` unless the tensor is F64, F32, F16 or BF16.
    public func copyFloats(
        _ range: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount && range.count <= destination.count)
        try checkFloatingPoint()
        copy(range, to: destination)
    }

    /// All elements as 32-bit floats, in row-major order.
    ///
    /// - Throws: `unexpectedScalarType` unless the tensor is F64, F32, F16 or BF16.
    public func floats() throws(CheckpointError) -> [Float] {
        try checkFloatingPoint()
        return [Float](unsafeUninitializedCapacity: elementCount) { buffer, count in
            copy(0..<elementCount, to: buffer)
            count = elementCount
        }
    }

    /// Refuses weights that are no numbers: whatever is computed with them is none either.
    ///
    /// - Parameters:
    ///   - floats: elements of this tensor, as ``copyFloats(_:into:)`` gave them.
    ///   - first: the place of the first of them in the tensor.
    /// - Throws: `nonFiniteTensor`, with the file, the tensor and the place.
    public func checkFinite(_ floats: UnsafeBufferPointer<Float>, from first: Int) throws(CheckpointError) {
        // As integers without their sign, NaN and infinities are the largest of all; such a maximum is found by many lanes at once.
        var largest: UInt32 = 0
        for float in floats { largest = max(largest, float.bitPattern & 0x7FFF_FFFF) }
        guard largest >= Float.infinity.bitPattern, let index = floats.firstIndex(where: { !$0.isFinite }) else {
            return
        }
        let value = floats[index].isNaN ? "NaN" : "infinite"
        throw CheckpointError(
            .nonFiniteTensor,
            "Tensor \"\(name)\" in \(filePath) is \(value) at element \(first + index), so that no caption could be made with "
                + "it. Download the file again, or take a checkpoint from before its training went wrong.")
    }

    /// All elements as 64-bit integers, in row-major order.
    ///
    /// - Throws: `unexpectedScalarType` unless the tensor is of integers that fit, so not of floats, U64 or BOOL.
    public func int64s() throws(CheckpointError) -> [Int64] {
        switch scalarType {
        case .i64: elements(Int64.self) { $0 }
        case .i32: elements(Int32.self) { Int64($0) }
        case .i16: elements(Int16.self) { Int64($0) }
        case .i8: elements(Int8.self) { Int64($0) }
        case .u32: elements(UInt32.self) { Int64($0) }
        case .u16: elements(UInt16.self) { Int64($0) }
        case .u8: elements(UInt8.self) { Int64($0) }
        default: throw conversionError(to: "integers")
        }
    }

    func checkFloatingPoint() throws(CheckpointError) {
        switch scalarType {
        case .f64, .f32, .f16, .bf16: return
        default: throw conversionError(to: "32-bit floats")
        }
    }

    private func conversionError(to wanted: String) -> CheckpointError {
        CheckpointError(
            .unexpectedScalarType,
            "Tensor \"\(name)\" in \(filePath) is \(scalarType.rawValue), which is not converted to \(wanted). "
                + "Save the checkpoint as F32, F16 or BF16; a quantised one cannot be used.")
    }

    private func copy(_ range: Range<Int>, to destination: UnsafeMutableBufferPointer<Float>) {
        withUnsafeBytes { bytes in
            guard let target = destination.baseAddress else { return }
            guard let start = bytes.baseAddress else { return target.update(repeating: 0, count: range.count) }
            let source = start + range.lowerBound * scalarType.byteCount
            switch scalarType {
            case .f32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: range.count * 4)
            case .f16: convert(source, UInt16.self, to: target, count: range.count, float(half:))
            case .bf16: convert(source, UInt16.self, to: target, count: range.count, float(brainHalf:))
            default: convert(source, Double.self, to: target, count: range.count) { Float($0) }
            }
        }
    }

    private func elements<Element: BitwiseCopyable>(_: Element.Type, _ integer: (Element) -> Int64) -> [Int64] {
        withUnsafeBytes { bytes in
            (0..<elementCount).map {
                integer(bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self))
            }
        }
    }
}

@inline(__always)
private func convert<Element: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _: Element.Type, to target: UnsafeMutablePointer<Float>, count: Int,
    _ float: (Element) -> Float
) {
    for index in 0..<count {
        let offset = index &* MemoryLayout<Element>.stride
        target[index] = float(source.loadUnaligned(fromByteOffset: offset, as: Element.self))
    }
}

/// IEEE binary16 to binary32 in integer arithmetic that vectorises, where `Float(Float16)` is a call for each element
/// on a baseline x86-64.
@inline(__always)
private func float(half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) &<< 16
    let magnitude = UInt32(half & 0x7FFF)
    // The exponent's bias grows from 15 to 127; all ones stay all ones (infinity, NaN).
    let normal = magnitude &<< 13 &+ (magnitude >= 0x7C00 ? 0x7000_0000 : 0x3800_0000)
    // Below 2^-14 there is no hidden bit: the value is a whole multiple of 2^-24.
    let subnormal = (Float(Int32(truncatingIfNeeded: magnitude)) * 0x1p-24).bitPattern
    return Float(bitPattern: sign | (magnitude < 0x0400 ? subnormal : normal))
}

/// bfloat16 is the upper half of a binary32.
@inline(__always)
private func float(brainHalf: UInt16) -> Float {
    Float(bitPattern: UInt32(brainHalf) &<< 16)
}
