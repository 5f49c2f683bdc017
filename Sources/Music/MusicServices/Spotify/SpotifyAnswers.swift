/// A row of a search. Anything may be missing: the Web API has dropped fields before.
struct SpotifyTrack: Sendable, Decodable {
    private struct Artist: Decodable {
        let name: String?
    }

    private struct Codes: Decodable {
        let isrc: String?
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, artists
        case duration = "duration_ms"
        case codes = "external_ids"
    }

    let id: String?
    let name: String?
    /// Milliseconds.
    let duration: Int?
    let artists: [String]
    let isrc: String?

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decodeIfPresent(String.self, forKey: .id)
        name = try values.decodeIfPresent(String.self, forKey: .name)
        duration = try values.decodeIfPresent(Int.self, forKey: .duration)
        artists = (try values.decodeIfPresent([Artist].self, forKey: .artists) ?? []).compactMap(\.name)
        isrc = try values.decodeIfPresent(Codes.self, forKey: .codes)?.isrc
    }
}

struct SpotifySearchAnswer: Decodable {
    struct Page: Decodable {
        let items: [SpotifyTrack?]
    }

    let tracks: Page
}

struct SpotifyTokenAnswer: Decodable {
    private enum CodingKeys: String, CodingKey {
        case token = "access_token"
        case seconds = "expires_in"
    }

    let token: String
    let seconds: Int
}

/// `{"error": {"status": 403, "message": "…", "reason": "…"}}`.
struct SpotifyErrorAnswer: Decodable {
    struct Details: Decodable {
        let message: String?
        let reason: String?
    }

    let error: Details

    var isQuotaExceeded: Bool {
        error.reason == "QUOTA_EXCEEDED" || error.message?.contains("QUOTA_EXCEEDED") == true
    }
}

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
