import ArgumentParser

/// What `bench` measures, part by part.
enum BenchPart: String, CaseIterable {
    case load, stages, beams, batches, concurrency, roofline

    /// The ways of captioning that belong to the part.
    var ways: [CaptionWay] {
        switch self {
        case .stages: [CaptionWay(pictures: 1, beams: 1)]
        case .beams: [3, 5].map { CaptionWay(pictures: 1, beams: $0) }
        case .batches: [2, 4, 8].map { CaptionWay(pictures: $0, beams: 1) }
        case .load, .concurrency, .roofline: []
        }
    }
}

/// Some parts, as the command line names them: `stages,beams`.
struct BenchParts: ExpressibleByArgument {
    static let all = BenchParts(parts: BenchPart.allCases)
    static let names = BenchPart.allCases.map(\.rawValue).joined(separator: ",")

    let parts: [BenchPart]

    private init(parts: [BenchPart]) {
        self.parts = parts
    }

    /// Nothing where a name is none of a part's, or none is named.
    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let parts = names.compactMap(BenchPart.init)
        guard parts.count == names.count else { return nil }
        self.init(parts: parts)
    }

    var defaultValueDescription: String { Self.names }

    func contains(_ part: BenchPart) -> Bool { parts.contains(part) }

    /// The ways of captioning of all parts, in the parts' own order.
    var ways: [CaptionWay] { BenchPart.allCases.filter(contains).flatMap(\.ways) }
}
