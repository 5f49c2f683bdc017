import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The names under which this server may be asked for.
///
/// A page elsewhere can have its own name resolve to this machine (DNS rebinding) and is then, for a browser, a page of
/// this server. It cannot choose what stands in `Host`: that is its own name. An IP address in `Host` is safe, since
/// nobody else has it to give away.
struct AllowedHosts: Sendable {
    private let allowsAll: Bool
    private let names: Set<String>
    /// The domains below which every name is allowed, each with its leading dot.
    private let domains: [String]
    private let machine: MachineNames

    /// Allows this machine's names and those of a list.
    ///
    /// - Parameter list: names; `.example.org` for a name and all below it; `*` for all there are.
    init(_ list: [String], machine: MachineNames = MachineNames()) {
        allowsAll = list.contains("*")
        domains = [".localhost"] + list.filter { $0.hasPrefix(".") }
        names = Set(list.filter { !$0.hasPrefix(".") } + ["localhost"])
        self.machine = machine
    }

    /// Whether a request may name this host; `authority` is the host with or without a port.
    func allows(_ authority: String) -> Bool {
        guard !allowsAll else { return true }
        let host = Authority(authority).host
        if Self.isAddress(host) { return true }
        return names.contains(host) || machine.contains(host)
            || domains.contains { host.hasSuffix($0) || host == $0.dropFirst() }
    }

    private static func isAddress(_ host: String) -> Bool {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let text = isBracketed ? String(host.dropFirst().dropLast()) : host
        var bytes = in6_addr()
        return inet_pton(isBracketed ? AF_INET6 : AF_INET, text, &bytes) == 1
    }
}

/// A host and perhaps a port, as `Host` and a target have them.
struct Authority: Equatable {
    /// In small letters, without the dot at the end that a full name may have; an IPv6 address in its brackets.
    let host: String
    /// Nil where none is given, or none that is a number.
    let port: Int?

    init(_ text: some StringProtocol) {
        let text = text.lowercased()
        let hostEnd = text.first == "[" ? text.firstIndex(of: "]").map(text.index(after:)) : text.firstIndex(of: ":")
        let name = text[..<(hostEnd ?? text.endIndex)]
        host = String(name.hasSuffix(".") ? name.dropLast() : name)
        port = hostEnd.flatMap { Int(text[$0...].dropFirst()) }
    }
}

/// What this machine calls itself.
final class MachineNames: Sendable {
    private let hostName: String
    private let names: Mutex<Set<String>>

    /// Begins with the host name, with and without its domain, and as multicast DNS has it.
    ///
    /// - Parameter hostName: the system's own unless a test has another.
    init(_ hostName: String = MachineNames.systemHostName) {
        self.hostName = hostName.lowercased()
        names = Mutex(Self.variants(of: hostName.lowercased()))
    }

    /// Whether this is one of its names, in small letters.
    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    /// Asks the system for the full name, in the background: where DNS does not answer, that takes a while.
    func findFullName() {
        DispatchQueue.global(qos: .utility).async { [self] in
            var hints = addrinfo()
            hints.ai_flags = AI_CANONNAME
            var found: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(hostName, nil, &hints, &found) == 0 else { return }
            defer { freeaddrinfo(found) }
            guard let name = found?.pointee.ai_canonname else { return }
            let variants = Self.variants(of: String(cString: name).lowercased())
            names.withLock { $0.formUnion(variants) }
        }
    }

    private static var systemHostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func variants(of name: String) -> Set<String> {
        let first = String(name.prefix { $0 != "." })
        return first.isEmpty ? [] : [name, first, first + ".local"]
    }
}

/// Refuses requests that name a host which this server is not.
///
/// `X-Forwarded-Host` is not looked at: whoever sends a request may write anything there.
struct HostMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let hosts: AllowedHosts

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        // HTTP/1.0 may name none. No browser sends a server a target that is a whole address; its host is not looked at.
        if let host = request.head.authority, !hosts.allows(host) {
            let name = Authority(host).host
            throw ServerError(
                .hostNotAllowed,
                "This server is not known as \(name.prefix(100).debugDescription). Ask for it by its address or its own "
                    + "name, or have its operator add the name to ALLOWED_HOSTS.")
        }
        return try await next(request, context)
    }
}
