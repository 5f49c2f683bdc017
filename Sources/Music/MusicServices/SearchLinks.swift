public import Songs

/// The addresses of a song at the music services that need no key and no network.
public enum SearchLinks {
    /// One link for each service, in the order of ``SongLink/Service``.
    ///
    /// Exact where the catalogue knows the service's own name for the recording, else a search.
    ///
    /// - Parameter exact: a link that was looked up, which stands in for the search of its service.
    public static func links(for song: Song, exact: SongLink? = nil) -> [SongLink] {
        let words = SearchWords(song).text
        return SongLink.Service.allCases.map { service in
            if let exact, exact.service == service { return exact }
            return known(service, song) ?? search(service, words)
        }
    }

    private static func known(_ service: SongLink.Service, _ song: Song) -> SongLink? {
        switch service {
        case .spotify:
            song.spotifyID.flatMap(SpotifyTrackID.init).map(\.link)
        case .musicBrainz:
            song.musicBrainzID.flatMap(musicBrainzRecording)
        case .appleMusic, .youTubeMusic:
            nil
        }
    }

    private static func search(_ service: SongLink.Service, _ words: String) -> SongLink {
        let query = PercentEncoding.encode(words)
        let url =
            switch service {
            // A part of the path that is . or .. alone would be taken away by the browser.
            case .spotify: "https://open.spotify.com/search/\(query)\(["." , ".."].contains(query) ? "%20" : "")"
            case .appleMusic: "https://music.apple.com/search?term=\(query)"
            case .youTubeMusic: "https://music.youtube.com/search?q=\(query)"
            case .musicBrainz: "https://musicbrainz.org/search?query=\(query)&type=recording&method=indexed"
            }
        return SongLink(service: service, url: url, isExact: false)
    }

    private static func musicBrainzRecording(_ id: String) -> SongLink? {
        let groups = id.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12],
            groups.joined().utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        let url = "https://musicbrainz.org/recording/\(id.lowercased())"
        return SongLink(service: .musicBrainz, url: url, isExact: true)
    }
}

/// Percent-encoding as RFC 3986 has it: everything but its unreserved characters.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: bytes.append(byte)
            default: bytes += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
