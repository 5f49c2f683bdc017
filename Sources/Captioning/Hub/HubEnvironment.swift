public import Foundation

/// What the Hub's own variables of the environment say; they mean here what they mean to huggingface_hub.
public struct HubEnvironment: Sendable {
    /// The address of the Hub: a scheme, a host, perhaps a port and a path, without a slash at the end.
    public var endpoint: URL
    /// The folder that holds `models--organisation--name`.
    public var cache: URL
    /// What the Hub knows the user by.
    public var token: AccessToken?
    /// Whether the network must not be used.
    public var isOffline: Bool
    /// How long bytes may stop coming.
    public var patience: Duration
    /// A file of certificates that are trusted as well as the system's.
    public var certificates: URL?

    /// The proxy that stands between, perhaps with a user's name and password.
    public var proxy: URL?

    /// Every variable that is read; they stand in the environment, not in `.env`.
    public static let variables = [
        "HF_ENDPOINT", "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_IMPLICIT_TOKEN",
        "HF_HUB_DOWNLOAD_TIMEOUT", "HF_TOKEN", "HF_TOKEN_PATH", "SSL_CERT_FILE", "TRANSFORMERS_OFFLINE",
    ]

    /// - Parameters:
    ///   - variables: the environment; this process's own by default.
    ///   - modelCache: the folder of models where neither HF_HUB_CACHE nor HF_HOME names one.
    /// - Throws: `invalidEnvironment`, with the variable's name.
    public init(
        _ variables: [String: String] = ProcessInfo.processInfo.environment, modelCache: URL
    ) throws(HubError) {
        func value(_ name: String) -> String? {
            guard let value = variables[name]?.trimmingCharacters(in: .whitespacesAndNewlines), !value.isEmpty else {
                return nil
            }
            return value
        }
        func folder(_ name: String) -> URL? {
            value(name).map { URL(fileURLWithPath: ($0 as NSString).expandingTildeInPath) }
        }
        func isSet(_ name: String) -> Bool {
            ["1", "on", "yes", "true"].contains(value(name)?.lowercased())
        }

        endpoint = try Self.endpoint(value("HF_ENDPOINT") ?? "https://huggingface.co")
        proxy = try ProxyVariables.proxy(for: endpoint, value)
        let home = folder("HF_HOME")
        cache = folder("HF_HUB_CACHE") ?? home?.appending(path: "hub") ?? modelCache
        isOffline = isSet("HF_HUB_OFFLINE") || isSet("TRANSFORMERS_OFFLINE")
        patience = .seconds(value("HF_HUB_DOWNLOAD_TIMEOUT").flatMap(Int.init).map { max(1, $0) } ?? 10)
        certificates = value("SSL_CERT_FILE").map { URL(fileURLWithPath: $0) }
        let personal = folder("XDG_CACHE_HOME") ?? URL(fileURLWithPath: NSHomeDirectory()).appending(path: ".cache")
        let tokenFile =
            folder("HF_TOKEN_PATH") ?? (home ?? personal.appending(path: "huggingface")).appending(path: "token")
        if !isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            let text = value("HF_TOKEN") ?? (try? String(contentsOf: tokenFile, encoding: .utf8))
            token = try text.flatMap(AccessToken.init)
        }
    }

    private static func endpoint(_ text: String) throws(HubError) -> URL {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            url.host?.isEmpty == false, url.user == nil, url.query == nil, url.fragment == nil
        else {
            throw HubError(
                .invalidEnvironment,
                "HF_ENDPOINT is no address of a Hub: it may be such as https://huggingface.co, without a user's name.")
        }
        return url
    }
}

/// A token of the Hub. It never shows itself, neither in a log nor in a message.
public struct AccessToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let secret: String

    /// - Returns: nil where the text is empty but for white space.
    /// - Throws: `invalidEnvironment` for what cannot stand in a header.
    init?(_ text: String) throws(HubError) {
        let secret = text.filter { !$0.isNewline }.trimmingCharacters(in: .whitespaces)
        guard !secret.isEmpty else { return nil }
        guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw HubError(
                .invalidEnvironment,
                "The token in HF_TOKEN, or in the file of HF_TOKEN_PATH, holds a character that no token has: copy it again."
            )
        }
        self.secret = secret
    }

    public var description: String { "********" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
