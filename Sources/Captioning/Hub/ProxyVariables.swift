import Foundation

/// The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, as curl reads them.
enum ProxyVariables {
    /// - Parameter endpoint: what is asked, which says which of the variables holds.
    /// - Returns: nil where the endpoint is asked directly.
    /// - Throws: `invalidEnvironment` for an address that is none.
    static func proxy(for endpoint: URL, _ value: (String) -> String?) throws(HubError) -> URL? {
        let names = endpoint.scheme?.lowercased() == "https" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
        guard let name = names.first(where: { value($0) != nil }), let text = value(name),
            let host = endpoint.host?.lowercased(), !isExempt(host, value("no_proxy") ?? value("NO_PROXY") ?? "")
        else { return nil }
        guard let url = URL(string: text.contains("://") ? text : "http://\(text)"), url.scheme?.lowercased() == "http",
            url.host?.isEmpty == false
        else {
            throw HubError(
                .invalidEnvironment,
                "\(name) is no address of a proxy that can be used: it may be such as http://proxy.example:3128.")
        }
        return url
    }

    private static func isExempt(_ host: String, _ list: String) -> Bool {
        if ["localhost", "127.0.0.1", "::1"].contains(host) { return true }
        return list.lowercased().split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.contains {
            entry in
            let name = entry.hasPrefix(".") ? String(entry.dropFirst()) : entry
            return entry == "*" || (!name.isEmpty && (host == name || host.hasSuffix(".\(name)")))
        }
    }
}
