import Foundation
import Imaging
import Moods
import Recommendation
import Serving
import Songs

/// What is asked of songs, as the texts of a form's fields.
struct SongFields {
    /// The fields of a form that are about songs.
    static let names: Set<String> = Set(ranges).union(filterNames).union(["text", "liked"])

    private static let ranges = ["limit", "seed", "valence", "arousal"]
    /// What may stand in `filters` of a JSON body.
    static let filterNames: Set<String> = [
        "explicit", "year_min", "year_max", "tempo_min", "tempo_max", "genres", "exclude",
    ]

    private let texts: [String: String]

    /// Takes the texts by their names; an empty text counts as not sent.
    init(_ texts: [String: String]) {
        self.texts = texts.filter { !$0.value.isEmpty }
    }

    /// The query that they make.
    /// - Throws: `invalidField`, which names the field and what it may be.
    func query() throws(ServerError) -> SongQuery {
        var query = SongQuery()
        query.text = texts["text"]
        query.limit = try integer("limit", in: SongQuery.limits) ?? query.limit
        query.seed = UInt64(try integer("seed", in: 0...9_007_199_254_740_991) ?? 0)
        let (valence, arousal) = (try number("valence", in: -1...1), try number("arousal", in: -1...1))
        if let valence, let arousal {
            query.affect = Affect(valence: valence, arousal: arousal)
        } else if valence != nil || arousal != nil {
            throw ServerError(.invalidField, "valence and arousal make a mood together. Send both or neither.")
        }
        query.liked = try numbers("liked")
        query.filters = try filters()
        return query
    }

    private func filters() throws(ServerError) -> SongFilters {
        var filters = SongFilters()
        filters.allowsExplicit = try flag("explicit") ?? true
        filters.years = try range(
            "year", try integer("year_min", in: 1...2200), try integer("year_max", in: 1...2200), 1...2200)
        filters.tempo = try range(
            "tempo", try number("tempo_min", in: 1...999), try number("tempo_max", in: 1...999), 1...999)
        filters.genres = Set(list("genres").map { $0.lowercased() })
        filters.excluded = try numbers("exclude")
        return filters
    }

    private func numbers(_ name: String) throws(ServerError) -> Set<Int64> {
        var numbers: Set<Int64> = []
        for text in list(name) {
            guard let id = Int64(text), id > 0 else {
                throw ServerError(
                    .invalidField,
                    "\(name) holds \(text.excerpt.debugDescription), which is no number of a song. Send numbers as in 12,34."
                )
            }
            numbers.insert(id)
        }
        return numbers
    }

    private func range<Value>(
        _ name: String, _ least: Value?, _ most: Value?, _ all: ClosedRange<Value>
    ) throws(ServerError) -> ClosedRange<Value>? {
        guard least != nil || most != nil else { return nil }
        let (least, most) = (least ?? all.lowerBound, most ?? all.upperBound)
        guard least <= most else {
            throw ServerError(.invalidField, "\(name)_min is above \(name)_max. Send the smaller one as \(name)_min.")
        }
        return least...most
    }

    private func list(_ name: String) -> [String] {
        (texts[name] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func integer(_ name: String, in range: ClosedRange<Int>) throws(ServerError) -> Int? {
        guard let text = texts[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw ServerError(
                .invalidField,
                "\(name) is \(text.excerpt.debugDescription). Send a whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return value
    }

    private func number(_ name: String, in range: ClosedRange<Double>) throws(ServerError) -> Double? {
        guard let text = texts[name] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw ServerError(
                .invalidField,
                "\(name) is \(text.excerpt.debugDescription). Send a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))."
            )
        }
        return value
    }

    private func flag(_ name: String) throws(ServerError) -> Bool? {
        switch texts[name]?.lowercased() {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw ServerError(.invalidField, "\(name) is neither true nor false. Send one of these.")
        }
    }
}
