public import Songs

/// Where a song may be heard or read about.
public struct SongLink: Sendable, Hashable {
    /// The raw values are in the answers of the server.
    public enum Service: String, Sendable, CaseIterable, Codable {
        case spotify
        case appleMusic = "apple_music"
        case youTubeMusic = "youtube_music"
        case musicBrainz = "musicbrainz"
    }

    public let service: Service
    /// An address of scheme https, in ASCII.
    public let url: String
    /// Whether it leads to the recording itself; else it is a search, whose first row is most often the song.
    public let isExact: Bool

    public init(service: Service, url: String, isExact: Bool) {
        self.service = service
        self.url = url
        self.isExact = isExact
    }
}

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

/// What is typed into a search for a song: its title, then its artist, on one line and not too long.
struct SearchWords {
    /// Bytes of UTF-8; percent-encoded at most three times as many, which every browser and server takes.
    static let mostTitleBytes = 200
    static let mostArtistBytes = 100

    let text: String

    init(_ song: Song) {
        let title = Self.cut(Self.oneLine(song.title), to: Self.mostTitleBytes)
        let artist = Self.cut(Self.oneLine(song.artist), to: Self.mostArtistBytes)
        text = [title, artist].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The text with single spaces, without control characters and the marks that turn the writing's direction.
    ///
    /// Letters that run from right to left stay, and so do the joiners within emoji.
    static func oneLine(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: continue
            default: scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
            }
        }
        return String(scalars).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The beginning, of whole words where there is a space in its second half, else of whole characters.
    static func cut(_ text: String, to mostBytes: Int) -> String {
        guard text.utf8.count > mostBytes else { return text }
        var count = 0
        var end = text.startIndex
        var wordEnd: String.Index?
        for index in text.indices {
            count += text[index].utf8.count
            if count > mostBytes { break }
            end = text.index(after: index)
            if text[end...].first == " ", count >= mostBytes / 2 { wordEnd = end }
        }
        // One character may have any number of marks on it.
        guard end > text.startIndex else {
            return text.unicodeScalars.prefix(mostBytes / 4).reduce(into: "") { $0.unicodeScalars.append($1) }
        }
        return String(text[..<(wordEnd ?? end)])
    }
}
