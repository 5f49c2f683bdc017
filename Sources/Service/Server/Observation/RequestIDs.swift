import Foundation
import HTTPTypes

extension HTTPField.Name {
    /// The header that carries a request's id in and out.
    static let requestID = HTTPField.Name("X-Request-ID")!
}

/// Where a request's id comes from.
enum RequestIDs {
    /// The client's own id where it is short and plain, else a new one.
    static func identify(_ headers: HTTPFields) -> String {
        if let id = headers[.requestID], (1...128).contains(id.utf8.count), id.utf8.allSatisfy(isPlain) { return id }
        return UUID().uuidString.lowercased()
    }

    /// Letters, digits and a few signs: nothing that could break a log line or a header.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_.:+/=@".utf8.contains(byte)
        }
    }
}
