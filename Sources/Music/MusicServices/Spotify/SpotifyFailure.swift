import Foundation
import NIOCore

/// Why Spotify gave no rows.
enum SpotifyFailure: Error, Equatable {
    /// Too many requests; how long to wait, where that is said.
    case limited(Duration?)
    case quotaExceeded(Duration?)
    /// 401: the token is not, or no longer, accepted.
    case tokenRefused
    /// The identifier or the secret is wrong.
    case credentialsRefused
    /// 403: since 2026 the owner of the client needs Premium.
    case forbidden
    /// Unreachable, slow, an error of its own, or an answer that cannot be read.
    case broken

    init(status: UInt, retryAfter: String?, body: ByteBuffer, isToken: Bool) {
        let answer = try? JSONDecoder().decode(SpotifyErrorAnswer.self, from: Data(body.readableBytesView))
        let seconds = retryAfter.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        let wait = seconds.flatMap { $0 < 0 ? nil : Duration.seconds(min($0, 1 << 30)) }
        let isQuota = answer?.isQuotaExceeded == true
        switch status {
        case 403 where isQuota, 429 where isQuota: self = .quotaExceeded(wait)
        case 429: self = .limited(wait)
        // An unknown client is 400 invalid_client.
        case 400 where isToken, 401 where isToken: self = .credentialsRefused
        case 401: self = .tokenRefused
        case 403: self = .forbidden
        default: self = .broken
        }
    }

    /// What to do about it, for those that only a person can end.
    var advice: String? {
        switch self {
        case .forbidden:
            "Spotify refuses the look-up of tracks (403). Since February 2026 the owner of the client needs an active "
                + "Premium subscription: renew it, or unset SPOTIFY_CLIENT_ID. Songs keep their search links."
        case .credentialsRefused, .tokenRefused:
            "Spotify does not accept SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET. Copy both again from "
                + "developer.spotify.com/dashboard. Songs keep their search links."
        case .quotaExceeded:
            "The Spotify client has used up its quota; it is asked again later. Songs keep their search links."
        case .limited, .broken:
            nil
        }
    }

    var outcome: SpotifyOutcome {
        switch self {
        case .limited, .quotaExceeded: .limited
        case .tokenRefused, .credentialsRefused, .forbidden: .refused
        case .broken: .failed
        }
    }
}
