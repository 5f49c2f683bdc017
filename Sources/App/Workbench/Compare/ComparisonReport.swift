/// What `compare` found.
struct ComparisonReport: Encodable {
    /// Pictures whose captions differ that are listed unless all are asked for.
    static let mostListed = 10

    /// One precision, held against the first.
    struct Row: Encodable {
        let precision: String
        /// The share of captions that are the same, 0 to 1.
        let equalCaptions: Double
        /// The mean of ``WordOverlap`` over all pictures.
        let wordOverlap: Double
        let secondsPerPicture: Double
        let modelBytes: Int
        let memoryBytes: Int?

        enum CodingKeys: String, CodingKey {
            case precision
            case equalCaptions = "equal_captions"
            case wordOverlap = "word_overlap"
            case secondsPerPicture = "seconds_per_picture"
            case modelBytes = "model_bytes"
            case memoryBytes = "rss_bytes"
        }
    }

    /// A picture's captions, by precision.
    struct Captions: Encodable {
        let file: String
        let captions: [String: String]
    }

    /// A picture that was left out.
    struct Failure: Encodable {
        let file: String
        let error: String
    }

    let model: String
    /// The precision that the others are held against.
    let reference: String
    let precisions: [Row]
    let pictures: [Captions]
    let skipped: [Failure]

    /// - Parameters:
    ///   - files: the pictures that every run captioned.
    ///   - runs: at least one; the first is the reference.
    init(model: String, files: [String], runs: [PrecisionRun], failures: [Failure]) {
        let captions = runs.map { run in
            Dictionary(run.captions.map { ($0.file, $0.text) }, uniquingKeysWith: { first, _ in first })
        }
        self.model = model
        reference = runs.first?.precision ?? ""
        precisions = zip(runs, captions).map { run, texts in
            let pairs = files.map { (captions.first?[$0] ?? "", texts[$0] ?? "") }
            let count = Double(max(1, pairs.count))
            return Row(
                precision: run.precision, equalCaptions: Double(pairs.count { $0.0 == $0.1 }) / count,
                wordOverlap: pairs.reduce(0) { $0 + WordOverlap.between($1.0, $1.1) } / count,
                secondsPerPicture: run.secondsPerPicture, modelBytes: run.modelBytes, memoryBytes: run.memoryBytes)
        }
        pictures = files.map { file in
            let texts = zip(runs, captions).map { ($0.precision, $1[file] ?? "") }
            return Captions(file: file, captions: Dictionary(uniqueKeysWithValues: texts))
        }
        skipped = failures
    }

    /// The pictures that are not captioned alike at all precisions.
    var differing: [Captions] { pictures.filter { Set($0.captions.values).count > 1 } }
}
