/// The name of a track at Spotify: 22 letters and digits.
struct SpotifyTrackID: Hashable {
    private let text: String

    /// - Parameter text: the identifier, or `spotify:track:` and the identifier; nil for anything else.
    init?(_ text: String) {
        let prefix = "spotify:track:"
        let id = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        let isPlain = id.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
        guard id.utf8.count == 22, isPlain else { return nil }
        self.text = id
    }

    var link: SongLink {
        SongLink(service: .spotify, url: "https://open.spotify.com/track/\(text)", isExact: true)
    }
}
