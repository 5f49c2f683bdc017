/// Resizes a picture's height while its rows come in from the top: holds only the sums of rows that are still being
/// mixed, and gives out each as soon as its last contribution is in.
struct RowMixer {
    private let weights: ResampleWeights
    private let rowLength: Int
    /// The sums of ``open``, in a ring by window number.
    private var sums: [Int32]
    private let ringSize: Int
    /// The windows that have begun and not ended.
    private var open = 0..<0
    private var nextRow = 0
    private var finished: [UInt8]

    /// Mixes rows of `rowLength` bytes by these weights.
    init(weights: ResampleWeights, rowLength: Int) {
        self.weights = weights
        self.rowLength = rowLength
        ringSize = Self.mostOpen(weights.windows)
        sums = [Int32](repeating: 0, count: ringSize * rowLength)
        finished = [UInt8](repeating: 0, count: rowLength)
    }

    /// How many windows are ever open at a time.
    private static func mostOpen(_ windows: [ResampleWeights.Window]) -> Int {
        var most = 1
        var first = 0
        for (index, window) in windows.enumerated() {
            while windows[first].pixels.upperBound <= window.pixels.lowerBound { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    /// Takes the next row, and hands every row of the result that it completes to `emit`, in order.
    mutating func add(_ row: UnsafePointer<UInt8>, emit: (UnsafePointer<UInt8>) -> Void) {
        let windows = weights.windows
        while open.upperBound < windows.count, windows[open.upperBound].pixels.lowerBound <= nextRow {
            let start = open.upperBound % ringSize * rowLength
            for index in start..<start + rowLength { sums[index] = ResampleWeights.half }
            open = open.lowerBound..<open.upperBound + 1
        }
        for number in open {
            let window = windows[number]
            let weight = weights.weights[window.firstWeight + nextRow - window.pixels.lowerBound]
            sums.withUnsafeMutableBufferPointer { sums in
                guard let sums = sums.baseAddress.map({ $0 + number % ringSize * rowLength }) else { return }
                for index in 0..<rowLength { sums[index] &+= Int32(row[index]) &* weight }
            }
        }
        nextRow += 1
        while let number = open.first, windows[number].pixels.upperBound <= nextRow {
            finish(number, emit)
            open = number + 1..<open.upperBound
        }
    }

    private mutating func finish(_ number: Int, _ emit: (UnsafePointer<UInt8>) -> Void) {
        let start = number % ringSize * rowLength
        for index in 0..<rowLength { finished[index] = ResampleWeights.byte(sums[start + index]) }
        finished.withUnsafeBufferPointer { finished in
            guard let base = finished.baseAddress else { return }
            emit(base)
        }
    }
}
