/// Resizes a picture of 3-byte pixels whose rows come in one after the other, from the top.
struct Resizer {
    private let columns: ResampleWeights
    private let columnsFirst: Bool
    private let width: Int
    private var mixer: RowMixer
    private var narrowed: [UInt8]
    private(set) var result: [UInt8] = []  // [height, width, 3]

    /// What is to be done to one side: how many pixels come in, how much of them the picture covers, how many go out.
    struct Side {
        let count: Int
        let extent: Double
        let size: Int

        /// How many pixels the side loses; none where it grows.
        private var loss: Int { max(count - size, 0) }

        /// Whether Pillow 13 resizes this side, the height of a picture as seen, before the other, its width.
        ///
        /// The values between the two passes are rounded and clipped, so that their order shows. This rule is not
        /// documented; it was found by comparing Pillow's results with those of its two passes done singly.
        func comesFirst(asHeightBeside width: Side) -> Bool { loss > 2 * width.loss }
    }

    /// Resizes both sides as stored. `isTurned`: what is stored as a row is a column of the picture as it is seen.
    init(width: Side, height: Side, isTurned: Bool, kernel: ResampleKernel) {
        columns = ResampleWeights(count: width.count, extent: width.extent, size: width.size, kernel: kernel)
        columnsFirst =
            isTurned ? width.comesFirst(asHeightBeside: height) : !height.comesFirst(asHeightBeside: width)
        self.width = width.size
        mixer = RowMixer(
            weights: ResampleWeights(count: height.count, extent: height.extent, size: height.size, kernel: kernel),
            rowLength: 3 * (columnsFirst ? width.size : width.count))
        narrowed = [UInt8](repeating: 0, count: 3 * width.size)
        result.reserveCapacity(3 * width.size * height.size)
    }

    /// Takes the next row.
    mutating func add(_ row: UnsafePointer<UInt8>) {
        narrowed.withUnsafeMutableBufferPointer { narrowed in
            guard let narrow = narrowed.baseAddress else { return }
            if columnsFirst {
                columns.resizeRow(row, into: narrow)
                mixer.add(narrow) { result.append(contentsOf: UnsafeBufferPointer(start: $0, count: 3 * width)) }
            } else {
                mixer.add(row) { mixed in
                    columns.resizeRow(mixed, into: narrow)
                    result.append(contentsOf: UnsafeBufferPointer(start: narrow, count: 3 * width))
                }
            }
        }
    }
}

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
