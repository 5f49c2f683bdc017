import Foundation

/// Whom an address asks: scheme, host and port. A token is shown to the Hub's own origin only.
struct Origin: Equatable {
    let scheme: String
    let host: String
    let port: Int

    init?(_ url: URL) {
        guard let scheme = url.scheme?.lowercased(), let host = url.host?.lowercased(), !host.isEmpty,
            ["http", "https"].contains(scheme)
        else { return nil }
        (self.scheme, self.host) = (scheme, host)
        port = url.port ?? (scheme == "https" ? 443 : 80)
    }
}

extension URL {
    /// Where a redirect leads, read from its header `Location`.
    ///
    /// - Throws: `unexpectedAnswer` for what is no address, and for a way from https to http.
    func redirected(to location: String) throws(HubError) -> URL {
        guard let next = URL(string: location, relativeTo: self)?.absoluteURL, let origin = Origin(next) else {
            throw HubError(.unexpectedAnswer, "\(host ?? "The Hub") redirects to what is no address.")
        }
        guard scheme?.lowercased() != "https" || origin.scheme == "https" else {
            throw HubError(
                .unexpectedAnswer,
                "\(host ?? "The Hub") redirects from https to http, so nothing was fetched from there.")
        }
        return next
    }
}
