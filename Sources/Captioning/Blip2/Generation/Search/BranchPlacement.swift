/// Where the branches of one text go on in the decoder's memory, so that as little as may be is copied.
///
/// A branch that goes on at all goes on in its own row. Where it goes on more than once, the others take the rows of
/// branches that ended, and new ones where there are not enough. So beams that merely change their order copy nothing.
struct BranchPlacement: Equatable {
    enum Place: Equatable {
        /// The row of the parent.
        case parent
        /// The row of another branch, which does not go on.
        case branch(Int)
        /// A row that has to be made.
        case new
    }

    /// One for each branch that goes on.
    private(set) var places: [Place] = []
    /// Branches whose rows nobody needs any more.
    private(set) var unused: [Int]

    /// - Parameters:
    ///   - parents: for each branch that goes on, the one that it continues.
    ///   - count: branches so far.
    init(parents: [Int], count: Int) {
        let goingOn = Set(parents)
        unused = (0..<count).filter { !goingOn.contains($0) }
        var isKept = Array(repeating: false, count: count)
        for parent in parents {
            if !isKept[parent] {
                isKept[parent] = true
                places.append(.parent)
            } else if unused.isEmpty {
                places.append(.new)
            } else {
                places.append(.branch(unused.removeFirst()))
            }
        }
    }
}
