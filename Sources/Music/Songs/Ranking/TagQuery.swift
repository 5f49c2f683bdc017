internal import Foundation
internal import Moods

/// The words that tags are held against, with what each counts.
struct TagQuery {
    private(set) var words: [(word: UInt32, weight: Float)] = []
    /// Where a word stands among them.
    private var places: [UInt32: Int] = [:]

    /// Words of the mood's neighbourhood, nearer ones counting more and all of them together `moodWordWeight`, and the words of the text,
    /// 1 each, and what they imply, a little less. Words that no song has are left out.
    init(mood: Mood, stems: [String], vocabulary: [String: UInt32], settings: RankingSettings) {
        if mood.confidence > 0 {
            add(Self.neighbourhood(of: mood.affect, vocabulary, settings), total: settings.moodWordWeight)
        }
        var seen: Set<String> = []
        let stems = stems.filter { seen.insert($0).inserted }
        for stem in stems {
            if let word = vocabulary[stem] { add(word, Float(1)) }
        }
        // A theme that several words stand for counts once, and not at all where the text names it.
        for theme in stems.flatMap(ThemeWord.themes) where seen.insert(theme).inserted {
            if let word = vocabulary[theme] { add(word, Float(settings.impliedThemeWeight)) }
        }
    }

    /// The words of some songs' tags, each with the share of the songs that have it.
    init(songs: [Int], _ tags: TagIndex) {
        for song in songs.sorted() {
            for word in tags.words[song] { add(word, 1 / Float(songs.count)) }
        }
    }

    private static func neighbourhood(
        of affect: Affect, _ vocabulary: [String: UInt32], _ settings: RankingSettings
    ) -> [(word: UInt32, nearness: Double)] {
        var seen: Set<UInt32> = []
        return MoodWord.table.entries.compactMap { entry in
            let distance = entry.affect.distance(to: affect) / settings.spread
            guard distance < 1, let word = vocabulary[English.stem(entry.name)], seen.insert(word).inserted
            else { return nil }
            return (word, exp(-distance * distance / 2))
        }
    }

    private mutating func add(_ neighbours: [(word: UInt32, nearness: Double)], total: Double) {
        let sum = neighbours.reduce(0) { $0 + $1.nearness }
        for (word, nearness) in neighbours { add(word, Float(total * nearness / sum)) }
    }

    private mutating func add(_ word: UInt32, _ weight: Float) {
        if let place = places[word] {
            words[place].weight += weight
        } else {
            places[word] = words.count
            words.append((word, weight))
        }
    }
}
