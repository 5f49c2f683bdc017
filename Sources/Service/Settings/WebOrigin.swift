/// Where a web page comes from, in the form in which browsers name it in the header `Origin` (RFC 6454, section 6.2):
/// scheme and host in small letters, and the port unless it is the scheme's own.
struct WebOrigin: Equatable, CustomStringConvertible {
    let description: String

    /// Nothing for text that is no `http://host[:port]` or `https://host[:port]`; a path, even `/`, is one thing too many.
    init?(_ text: String) {
        let text = text.lowercased()
        guard let (scheme, ownPort) = [("http://", 80), ("https://", 443)].first(where: { text.hasPrefix($0.0) })
        else { return nil }
        let authority = text.dropFirst(scheme.count)
        let hostEnd = authority.first == "[" ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let host = authority[..<(hostEnd ?? authority.firstIndex(of: ":") ?? authority.endIndex)]
        let rest = authority[host.endIndex...]
        guard Self.isHost(host) else { return nil }
        guard !rest.isEmpty else {
            description = scheme + host
            return
        }
        guard rest.first == ":", rest.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(rest.dropFirst()), (1...65_535).contains(port)
        else { return nil }
        description = scheme + host + (port == ownPort ? "" : ":\(port)")
    }

    /// A name, an IPv4 address, or an IPv6 address in brackets.
    private static func isHost(_ host: Substring) -> Bool {
        let isAddress = host.first == "["
        let inner = isAddress ? host.dropFirst().dropLast() : host
        let signs = isAddress ? ":." : "-._"
        return !inner.isEmpty && (!isAddress || host.last == "]" && inner.contains(":"))
            && inner.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || signs.contains($0)) }
    }
}
