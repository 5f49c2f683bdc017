import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension HubClient {
    /// What an error of the network's own means.
    static func failure(_ error: any Error, _ url: URL) -> any Error {
        let host = url.host ?? "the Hub"
        switch error {
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded:
            return PassingFailure(
                HubError(
                    .stalled, "\(host) stopped sending. HF_HUB_DOWNLOAD_TIMEOUT says how long is waited.", cause: error)
            )
        case let error as HTTPClientError where unreachable.contains(error):
            return PassingFailure(noNetwork(host, error))
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            guard isAboutCertificate(error) else { return PassingFailure(lost(host, error)) }
            return HubError(
                .untrustedCertificate,
                "The certificate of \(host) is not trusted. If a proxy of your network stands between, set SSL_CERT_FILE to "
                    + "its authority's certificate; install ca-certificates where the system has none.", cause: error)
        case is NIOConnectionError, is SocketAddressError:
            return PassingFailure(noNetwork(host, error))
        case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode):
            return PassingFailure(noNetwork(host, error))
        default:
            return PassingFailure(lost(host, error))
        }
    }

    private static let unreachable: [HTTPClientError] = [.connectTimeout, .getConnectionFromPoolTimeout]

    private static func noNetwork(_ host: String, _ error: any Error) -> HubError {
        HubError(
            .noNetwork,
            "\(host) cannot be reached: check the network, a firewall or proxy, and HF_ENDPOINT. A model that was fetched "
                + "before needs no network.", cause: error)
    }

    private static func lost(_ host: String, _ error: any Error) -> HubError {
        HubError(.connectionLost, "The connection to \(host) was lost.", cause: error)
    }

    /// Other failures of TLS, such as a connection that ends in the middle, may pass.
    private static func isAboutCertificate(_ error: any Error) -> Bool {
        if case .handshakeFailed? = error as? NIOSSLError { return true }
        return error is NIOSSLExtraError || "\(error)".contains("CERTIFICATE")
    }

    /// What an answer other than a success means.
    ///
    /// - Parameter reference: what was asked for.
    func failure(_ answer: Answer, _ reference: ModelReference) -> any Error {
        let host = answer.url.host ?? "the Hub"
        let status = answer.response.status.code
        switch status {
        case 429:
            let delay = RetryAfter.delay(answer.response.headers.first(name: "Retry-After"))
            let pause = delay.map { " and asks to wait \($0.components.seconds) s" } ?? ""
            return PassingFailure(
                HubError(
                    .rateLimited,
                    "\(host) has had too many requests from here\(pause). Try later; with HF_TOKEN set more are allowed."
                ),
                requestedDelay: delay)
        case 408, 500...599:
            let delay = RetryAfter.delay(answer.response.headers.first(name: "Retry-After"))
            return PassingFailure(
                HubError(.serverFailure, "\(host) answers \(status), a failure of its own. Try later."),
                requestedDelay: delay)
        default:
            return refusal(status, answer, reference, host)
        }
    }

    private func refusal(_ status: UInt, _ answer: Answer, _ reference: ModelReference, _ host: String) -> HubError {
        let page = "\(environment.endpoint.absoluteString)/\(reference.name)"
        let hasToken = environment.token != nil
        switch (answer.header("X-Error-Code"), status) {
        case ("GatedRepo", _):
            let way =
                hasToken
                ? "accept its licence on \(page) with the account that HF_TOKEN belongs to"
                : "accept its licence on \(page), then set HF_TOKEN to a token of that account"
            return HubError(.gated, "\(reference.name) is gated: \(way).")
        case ("RevisionNotFound", _):
            return HubError(
                .revisionMissing,
                "\(reference.name) has no revision \(reference.revision): \(page)/tree/main lists its branches.")
        case ("EntryNotFound", _):
            return HubError(.fileMissing, "\(reference) has no file \(answer.url.lastPathComponent).")
        case (_, 401) where hasToken && answer.header("X-Error-Code") != "RepoNotFound":
            return HubError(
                .invalidToken,
                "\(host) does not accept the token in HF_TOKEN or the token file: make a new one on "
                    + "\(environment.endpoint.absoluteString)/settings/tokens.")
        case (_, 401) where !hasToken:
            return HubError(
                .repositoryHidden,
                "\(host) shows no model \(reference.name) to those without a token. Check the name; if it is private, set "
                    + "HF_TOKEN to a token that may read it.")
        case ("RepoNotFound", _), (_, 404), (_, 401):
            let account = hasToken ? " that the account of HF_TOKEN may see" : ""
            return HubError(
                .repositoryMissing, "\(host) has no model \(reference.name)\(account). Check the name on \(page).")
        case (_, 403):
            return HubError(
                .accessDenied,
                "\(host) refuses \(reference.name)\(hasToken ? ": the token may lack the right to read it" : ""). "
                    + "See \(page).")
        default:
            return HubError(
                .unexpectedAnswer,
                "\(host) answers \(status) where a Hub would not. Check HF_ENDPOINT, and whether a proxy stands between."
            )
        }
    }
}

/// The header `Retry-After`: seconds, or a time.
enum RetryAfter {
    static func delay(_ header: String?, now: Date = Date()) -> Duration? {
        guard let header = header?.trimmingCharacters(in: .whitespaces) else { return nil }
        if let seconds = Int(header), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        // Foundation's formatter ends the process over texts with combining marks.
        guard header.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = format.date(from: header) else { return nil }
        return .seconds(max(0, min(86_400, Int(date.timeIntervalSince(now).rounded(.up)))))
    }
}
