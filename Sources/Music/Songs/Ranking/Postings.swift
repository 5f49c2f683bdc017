/// Lists of numbers end to end: list `i` lies between two offsets.
struct Postings: Sendable {
    private(set) var offsets: [UInt32] = [0]
    private(set) var values: [UInt32] = []

    var count: Int { offsets.count - 1 }

    subscript(list: Int) -> ArraySlice<UInt32> { values[range(list)] }

    func range(_ list: Int) -> Range<Int> { Int(offsets[list])..<Int(offsets[list + 1]) }

    mutating func append(_ list: some Sequence<UInt32>) {
        values.append(contentsOf: list)
        offsets.append(UInt32(values.count))
    }

    /// The lists the other way round: for each value below `count` the lists that hold it, ascending, and for each of those where in
    /// `values` it stood.
    func turned(count: Int) -> (lists: Postings, places: [UInt32]) {
        var ends = [UInt32](repeating: 0, count: count + 1)
        for value in values { ends[Int(value) + 1] += 1 }
        for value in 0..<count { ends[value + 1] += ends[value] }
        var turned = Postings()
        turned.offsets = ends
        turned.values = [UInt32](repeating: 0, count: values.count)
        var places = turned.values
        for list in 0..<self.count {
            for place in range(list) {
                let target = Int(ends[Int(values[place])])
                ends[Int(values[place])] += 1
                turned.values[target] = UInt32(list)
                places[target] = UInt32(place)
            }
        }
        return (turned, places)
    }
}
