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
