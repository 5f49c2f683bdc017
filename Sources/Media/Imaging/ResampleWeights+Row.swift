extension ResampleWeights {
    /// Resizes one row of 3-byte pixels: `row` holds the original's pixels, `result` gets one for each window.
    func resizeRow(_ row: UnsafePointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            windows.withUnsafeBufferPointer { windows in
                guard let base = weights.baseAddress else { return }
                var output = result
                for window in windows {
                    let sums = Self.sums(
                        row + 3 * window.pixels.lowerBound, base + window.firstWeight, count: window.pixels.count)
                    output[0] = Self.byte(sums.red)
                    output[1] = Self.byte(sums.green)
                    output[2] = Self.byte(sums.blue)
                    output += 3
                }
            }
        }
    }

    @inline(__always)
    private static func sums(
        _ pixels: UnsafePointer<UInt8>, _ weights: UnsafePointer<Int32>, count: Int
    ) -> (red: Int32, green: Int32, blue: Int32) {
        var (red, green, blue) = (half, half, half)
        var pixel = pixels
        for index in 0..<count {
            let weight = weights[index]
            red &+= Int32(pixel[0]) &* weight
            green &+= Int32(pixel[1]) &* weight
            blue &+= Int32(pixel[2]) &* weight
            pixel += 3
        }
        return (red, green, blue)
    }
}
