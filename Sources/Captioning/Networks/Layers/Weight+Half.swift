package import ONNXGraph

extension Weight {
    /// The same numbers in 16-bit floats, converted a piece at a time.
    package var half: Weight {
        let source = self
        return Weight("\(name).f16", .float16, shape: shape) { sink in
            try source.produce { piece in
                let floats = piece.bindMemory(to: Float.self)
                let halves = [UInt16](unsafeUninitializedCapacity: floats.count) { buffer, count in
                    for index in floats.indices { buffer[index] = floats[index].halfBits }
                    count = floats.count
                }
                try halves.withUnsafeBytes { try sink($0) }
            }
        }
    }
}

extension Float {
    /// The bits of the nearest 16-bit float (IEEE 754 binary16; of two, the even one). A finite number beyond their range
    /// becomes the largest of them, for an infinite weight would spoil every caption.
    ///
    /// Without a branch that depends on most numbers, so that the compiler can take several at once.
    package var halfBits: UInt16 {
        let sign = UInt32(bitPattern: Int32(bitPattern: bitPattern) >> 16) & 0x8000
        let magnitude = bitPattern & 0x7fff_ffff
        let bits: UInt32
        if magnitude > 0x7f80_0000 {
            bits = 0x7e00  // not a number
        } else if magnitude == 0x7f80_0000 {
            bits = 0x7c00  // infinity
        } else if magnitude >= 0x477f_e000 {
            bits = 0x7bff
        } else if magnitude < 0x3880_0000 {
            // Beside 0.5, the last bit of a 32-bit float is worth what that of the smallest 16-bit ones is.
            bits = (Float(bitPattern: magnitude) + 0.5).bitPattern - 0x3f00_0000
        } else {
            // The exponent's bias shrinks from 127 to 15; half of what is cut off rounds up, or to even.
            bits = (magnitude - 0x3800_0000 + 0x0fff + ((magnitude >> 13) & 1)) >> 13
        }
        return UInt16(truncatingIfNeeded: sign | bits)
    }
}
