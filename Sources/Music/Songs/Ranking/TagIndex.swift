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
