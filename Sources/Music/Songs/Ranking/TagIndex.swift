internal import Foundation

/// The words of all songs' tags, and what each word is worth to each song by BM25.
struct TagIndex: Sendable {
    /// Stems, numbered.
    let vocabulary: [String: UInt32]
    /// For each song its words, ascending.
    let words: Postings
    /// For each word its songs, ascending.
    let songs: Postings
    /// Beside `songs.values`: idf · tf · (k₁ + 1) / (tf + k₁ · (1 − b + b · length / mean length)).
    let worths: [Float]

    /// - Parameters:
    ///   - words: for each song its words, each once.
    ///   - frequencies: beside `words.values`, the sum of the weights of the tags that hold the word.
    init(vocabulary: [String: UInt32], words: Postings, frequencies: [Float], settings: RankingSettings) {
        self.vocabulary = vocabulary
        self.words = words
        let (songs, places) = words.turned(count: vocabulary.count)
        self.songs = songs
        let lengths = (0..<words.count).map { words.range($0).reduce(Float(0)) { $0 + frequencies[$1] } }
        let tagged = lengths.reduce(into: (count: 0, sum: 0.0)) {
            if $1 > 0 { $0 = ($0.count + 1, $0.sum + Double($1)) }
        }
        let meanLength = Float(tagged.count > 0 ? tagged.sum / Double(tagged.count) : 1)
        let (k, b) = (Float(settings.saturation), Float(settings.lengthNormalization))
        var worths = [Float](repeating: 0, count: places.count)
        for word in 0..<songs.count {
            let range = songs.range(word)
            let holders = Double(range.count)
            let rarity = Float(log(1 + (Double(tagged.count) - holders + 0.5) / (holders + 0.5)))
            for place in range {
                let frequency = frequencies[Int(places[place])]
                let length = lengths[Int(songs.values[place])]
                worths[place] = rarity * frequency * (k + 1) / (frequency + k * (1 - b + b * length / meanLength))
            }
        }
        self.worths = worths
    }

    func hasTags(_ song: Int) -> Bool { !words.range(song).isEmpty }

    /// The share of words that two songs have in common (Jaccard 1901); nil where one has none.
    func overlap(_ first: Int, _ second: Int) -> Float? {
        let (one, other) = (words[first], words[second])
        guard !one.isEmpty, !other.isEmpty else { return nil }
        var (left, right, common) = (one.startIndex, other.startIndex, 0)
        while left < one.endIndex, right < other.endIndex {
            if one[left] == other[right] { common += 1 }
            let (a, b) = (one[left], other[right])
            if a <= b { left += 1 }
            if b <= a { right += 1 }
        }
        return Float(common) / Float(one.count + other.count - common)
    }
}

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
