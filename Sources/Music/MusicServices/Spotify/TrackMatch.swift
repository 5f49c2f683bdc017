import Foundation
import Songs

/// What is asked for one song, and which of the rows that come is that song.
struct TrackMatch {
    /// Two encodings of one recording differ by less.
    private static let mostDifference = 3000

    let song: Song
    private let isrc: String?

    init(_ song: Song) {
        self.song = song
        isrc = song.isrc.flatMap(Self.isrc)
    }

    var key: LookupKey {
        LookupKey(
            isrc: isrc, title: Self.plainTitle(song.title), artist: Self.plain(song.artist),
            duration: song.durationMilliseconds)
    }

    /// The searches to make until one finds it, by the code of the recording first.
    var queries: [String] {
        var queries = isrc.map { ["isrc:\($0)"] } ?? []
        let title = Self.filter(song.title, SearchWords.mostTitleBytes)
        let artist = Self.filter(firstArtist, SearchWords.mostArtistBytes)
        if !title.isEmpty { queries.append("track:\(title)" + (artist.isEmpty ? "" : " artist:\(artist)")) }
        return queries
    }

    /// The row that is the song: the one of the nearest length, the first of several; nil where none is.
    func best(of tracks: [SpotifyTrack]) -> SpotifyTrackID? {
        let fitting = tracks.filter(isSame).compactMap { track in
            SpotifyTrackID(track.id ?? "").map { (id: $0, difference: difference(track) ?? 0) }
        }
        // min(by:) gives the first of equals.
        return fitting.min { $0.difference < $1.difference }?.id
    }

    private func isSame(_ track: SpotifyTrack) -> Bool {
        let isTitle = Self.plainTitle(track.name ?? "") == Self.plainTitle(song.title)
        let difference = difference(track)
        let isLength = difference.map { $0 <= Self.mostDifference }
        // A code alone is not enough: lists have wrong ones. A title may be written otherwise, though.
        if let isrc, track.isrc.flatMap(Self.isrc) == isrc, isTitle || isArtist(track) { return isLength ?? true }
        guard isTitle, isLength ?? true else { return false }
        // Many songs have the same title: without an artist only the length tells them apart.
        return Self.plain(song.artist).isEmpty ? isLength == true : isArtist(track)
    }

    private func difference(_ track: SpotifyTrack) -> Int? {
        guard let here = song.durationMilliseconds, let there = track.duration, here > 0, there > 0 else { return nil }
        // The numbers are from outside.
        let (difference, overflow) = here.subtractingReportingOverflow(there)
        return overflow ? Int.max : Int(clamping: difference.magnitude)
    }

    private func isArtist(_ track: SpotifyTrack) -> Bool {
        let there = Set(track.artists.map(Self.plain)).subtracting([""])
        // Whole first: Tyler, the Creator is one person.
        return there.contains(Self.plain(song.artist)) || !there.isDisjoint(with: artists.map(Self.plain))
    }

    private var artists: [String] {
        song.artist.split { $0 == "," || $0 == ";" }.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private var firstArtist: String { artists.first { !$0.isEmpty } ?? "" }

    /// A value behind `track:` or `artist:`, without the signs that begin another filter.
    private static func filter(_ text: String, _ mostBytes: Int) -> String {
        let free = String(text.map { ":\"“”*".contains($0) ? " " : $0 })
        return SearchWords.cut(SearchWords.oneLine(free), to: mostBytes)
    }

    /// The code in capitals without hyphens, where it is one.
    static func isrc(_ text: String) -> String? {
        let code = text.uppercased().filter { $0 != "-" && $0 != " " }
        return code.wholeMatch(of: /[A-Z]{2}[A-Z0-9]{3}[0-9]{7}/) == nil ? nil : code
    }

    /// The title without the notes that services put behind it: guests, and the year of a new edition.
    static func plainTitle(_ title: String) -> String {
        let notes =
            /(?i)\s*(?:[(\[]\s*(?:feat\.?|ft\.?|featuring|with)\s[^)\]]*[)\]]|[(\[][^)\]]*remaster(?:ed)?[^)\]]*[)\]]|\s-\s[^-]*remaster(?:ed)?[^-]*$)/
        return plain(title.replacing(notes, with: ""))
    }

    /// Letters and digits in lower case without accents, one space between words; signs where there is nothing else.
    static func plain(_ text: String) -> String {
        let folded = text.replacing("&", with: " and ").replacing("'", with: "").replacing("’", with: "")
            .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        let words = folded.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
        return words.isEmpty ? SearchWords.oneLine(text) : words
    }
}
