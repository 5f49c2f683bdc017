internal import Moods

/// Why a song was chosen, in one sentence that claims nothing which is not known.
struct SongReason {
    private let song: Song
    private let affect: SongAffect?
    private let components: ScoreComponents
    private let request: SongRequest

    init(_ song: Song, _ components: ScoreComponents, _ request: SongRequest) {
        self.song = song
        affect = song.affect ?? AffectEstimate.affect(of: song)
        self.components = components
        self.request = request
    }

    var sentence: String {
        var clauses = [feeling].compactMap(\.self) + matches
        if clauses.count < 2, let embedding = components.embedding, embedding >= 0.8 {
            clauses.append("its description comes close to the words")
        }
        if clauses.count < 3, !request.liked.isEmpty, let taste = components.taste, taste >= 0.6 {
            clauses.append(request.liked.contains(song.id) ? "you like it" : "it is like what you like")
        }
        if clauses.isEmpty { clauses = [nothing] }
        let text = clauses.prefix(3).joined(separator: "; ")
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    private var nothing: String {
        if components == ScoreComponents(mood: nil, embedding: nil, tags: nil, taste: nil) {
            return "there was nothing to hold it against, so it was left to chance"
        }
        if affect == nil, song.tags.isEmpty { return "nothing is known of its mood or its themes" }
        return affect == nil ? "its mood is not known, and none of its tags matches" : "none of its tags matches"
    }

    // MARK: Mood

    private var feeling: String? {
        guard components.mood != nil, let known = affect, known.confidence > 0 else { return nil }
        return "\(Self.words(for: known.affect))\(comparison(known.affect))\(source(known))"
    }

    /// What a place in the plane is called: "calm and a little sad".
    static func words(for affect: Affect) -> String {
        let energy: String? =
            switch affect.arousal {
            case ..<(-0.6): "very calm"
            case ..<(-0.2): "calm"
            case ..<0.2: nil
            case ..<0.6: "lively"
            default: "full of energy"
            }
        let isStirred = affect.arousal >= 0.2
        let tone: String? =
            switch affect.valence {
            case ..<(-0.6): isStirred ? "dark" : "sad"
            case ..<(-0.2): isStirred ? "a little dark" : "a little sad"
            case ..<0.2: nil
            case ..<0.6: "bright"
            default: "joyful"
            }
        let words = [energy, tone].compactMap(\.self)
        return words.isEmpty ? "even-tempered" : words.joined(separator: " and ")
    }

    private func comparison(_ affect: Affect) -> String {
        let mood = request.mood.affect
        guard affect.distance(to: mood) >= 0.35 else {
            return subject.map { ", as \($0) is" } ?? ", as was asked for"
        }
        var words: [String] = []
        let (dv, da) = (affect.valence - mood.valence, affect.arousal - mood.arousal)
        if abs(da) >= 0.2 { words.append(da > 0 ? "livelier" : "calmer") }
        if abs(dv) >= 0.2 { words.append(dv > 0 ? "brighter" : "darker") }
        return ", \(words.joined(separator: " and ")) than \(subject ?? "was asked for")"
    }

    /// What the mood was read from; nil where somebody said it.
    private var subject: String? {
        let sources = request.mood.contributions.map(\.source)
        if sources.contains(.request) || sources.isEmpty { return nil }
        return sources.contains(.colour) ? "the picture" : "the caption"
    }

    /// How a place is known, where that is little.
    private func source(_ known: SongAffect) -> String {
        guard known.confidence < 0.45 else { return "" }
        switch known.method {
        case .score: return ", to judge by its score"
        case .tags:
            let hasMoods = song.tags.contains { $0.kind == .mood && MoodWord.affect(of: $0.name) != nil }
            return hasMoods ? ", to judge by its tags" : ", to judge by its genre"
        case .features: return ", to judge by what was measured of it"
        case .stated: return ""
        }
    }

    // MARK: Tags

    private var matches: [String] {
        let words = Set(request.stems)
        let implied = words.union(words.flatMap(ThemeWord.themes))
        func names(_ kind: SongTag.Kind) -> [String] {
            let words = kind == .theme ? implied : words
            return
                song.tags.filter {
                    $0.kind == kind && $0.weight > 0 && !words.isDisjoint(with: English.stems(of: $0.name))
                }
                .map(\.name)
        }
        var clauses: [String] = []
        let themes = names(.theme)
        if !themes.isEmpty {
            clauses.append("its \(themes.count == 1 ? "theme is" : "themes are") \(Self.list(themes))")
        }
        let genres = names(.genre)
        if !genres.isEmpty {
            clauses.append("its \(genres.count == 1 ? "genre is" : "genres are") \(Self.list(genres))")
        }
        let instruments = names(.instrument)
        if !instruments.isEmpty { clauses.append("it has \(Self.list(instruments))") }
        let moods = names(.mood) + fittingMoods(besides: names(.mood))
        if clauses.isEmpty, !moods.isEmpty { clauses.append("it is tagged \(Self.list(Array(moods.prefix(2))))") }
        return clauses
    }

    /// Mood tags that lie near the mood, the nearest first.
    private func fittingMoods(besides named: [String]) -> [String] {
        guard request.mood.confidence > 0 else { return [] }
        var fitting: [(name: String, distance: Double)] = []
        for tag in song.tags where tag.kind == .mood && tag.weight > 0 && !named.contains(tag.name) {
            guard let distance = MoodWord.affect(of: tag.name)?.distance(to: request.mood.affect), distance < 0.35
            else { continue }
            fitting.append((tag.name, distance))
        }
        fitting.sort { $0.distance == $1.distance ? $0.name < $1.name : $0.distance < $1.distance }
        return fitting.map(\.name)
    }

    /// "rain", "rain and night", "rain, night and sea"; no more than three.
    private static func list(_ names: [String]) -> String {
        let names = names.prefix(3)
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return "\(names.dropLast().joined(separator: ", ")) and \(last)"
    }
}
