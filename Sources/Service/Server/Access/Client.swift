import Foundation
import NIOCore

/// Whose requests are counted together.
enum Client: Hashable, Sendable {
    /// Whoever has this key of the settings, counted from 0.
    case key(Int)
    /// Whoever comes from this address. Of IPv6 it is the first 64 bits: one customer has at least that many addresses.
    case address([UInt8])
    /// Whoever comes without an address, as through a local socket.
    case local

    /// The client at an address.
    init(address: SocketAddress?) {
        switch address {
        case .v4(let address):
            self = .address(withUnsafeBytes(of: address.address.sin_addr) { Array($0) })
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            // An IPv4 client of a socket that takes both (RFC 4291 §2.5.5.2).
            let isMapped = bytes.prefix(12).elementsEqual([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF])
            self = .address(isMapped ? Array(bytes.suffix(4)) : Array(bytes.prefix(8)))
        case .unixDomainSocket, nil:
            self = .local
        }
    }
}
