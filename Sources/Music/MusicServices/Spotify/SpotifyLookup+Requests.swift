import Logging

extension SpotifyLookup {
    /// The rows of one search, after a short wait or with a new token where Spotify wants that.
    func rows(_ query: String) async throws(SpotifyFailure) -> [SpotifyTrack] {
        var waits = 0
        var renewals = 0
        while true {
            try await awaitResumption()
            do throws(SpotifyFailure) {
                let token = try await currentToken()
                do throws(SpotifyFailure) {
                    return try await connection.search(query, token)
                } catch .tokenRefused where renewals == 0 {
                    renewals += 1
                    // Another may have renewed it meanwhile.
                    if self.token?.value == token { self.token = nil }
                }
            } catch .limited(let wait?) where wait <= limits.longestWait && waits < limits.mostWaits {
                waits += 1
                resumption = max(resumption, clock.now() + wait)
            }
        }
    }

    /// Everybody waits, not only the one who was told to.
    private func awaitResumption() async throws(SpotifyFailure) {
        let wait = resumption - clock.now()
        guard wait > .zero else { return }
        do {
            try await clock.sleep(wait)
        } catch {
            throw .limited(wait)
        }
    }

    /// The token that is held, or a new one; all who wait for one wait for the same request.
    private func currentToken() async throws(SpotifyFailure) -> SpotifyConnection.Token {
        if let token, clock.now() < token.expiry { return token.value }
        if let tokenRequest { return try await tokenRequest.value.get() }
        let start = clock.now()
        let request = Task { [connection] () -> Result<SpotifyConnection.Token, SpotifyFailure> in
            do throws(SpotifyFailure) {
                return .success(try await connection.token())
            } catch {
                return .failure(error)
            }
        }
        tokenRequest = request
        let result = await request.value
        tokenRequest = nil
        if case .success(let value) = result { token = (value, start + value.life - limits.tokenMargin) }
        return try result.get()
    }

    /// Counts a failure, or leaves Spotify alone at once, and says once what a person must do.
    func note(_ failure: SpotifyFailure) {
        let now = clock.now()
        switch failure {
        case .broken:
            circuit.fail(at: now)
        case .limited(let wait):
            circuit.open(at: now, for: min(wait ?? limits.failurePause, limits.longestPause))
        case .quotaExceeded(let wait):
            circuit.open(at: now, for: min(wait ?? limits.refusalPause, limits.longestPause))
        case .forbidden, .tokenRefused, .credentialsRefused:
            circuit.open(at: now, for: limits.refusalPause)
        }
        if let advice = failure.advice, told.insert(advice).inserted { logger.warning("\(advice)") }
    }
}
