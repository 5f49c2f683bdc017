import Foundation

/// Looks for a pattern that begins with a carriage return, as every multipart delimiter does.
struct ByteSearch: Sendable {
    private static let carriageReturn = Int32(UInt8(ascii: "\r"))

    /// The bytes looked for.
    let pattern: [UInt8]

    /// Makes a search for a carriage return, a line feed and `rest`.
    init(lineBreakThen rest: String) {
        pattern = Array("\r\n".utf8) + Array(rest.utf8)
    }

    /// What a search found.
    enum Finding: Equatable {
        /// The whole pattern begins at this offset.
        case whole(at: Int)
        /// The pattern is not there; at this offset its beginning may stand, else it is the number of bytes.
        case noneBefore(Int)

        /// Where the pattern, or what may be its beginning, stands.
        var offset: Int {
            switch self {
            case .whole(let offset), .noneBefore(let offset): offset
            }
        }

        /// Whether the whole pattern was not found in front of `offset`.
        func isNone(before offset: Int) -> Bool {
            switch self {
            case .whole(let found): found >= offset
            case .noneBefore: true
            }
        }
    }

    /// Where the pattern, or at the very end its beginning, first stands in `bytes`, from the offset `start` on.
    ///
    /// `memchr` leaps from one carriage return to the next, so that pictures are searched at the speed of memory.
    func find(in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Finding {
        guard let base = bytes.baseAddress else { return .noneBefore(0) }
        var offset = start
        while offset < bytes.count,
            let found = memchr(base + offset, Self.carriageReturn, bytes.count - offset)
        {
            offset = UnsafeRawPointer(found) - base
            let length = min(pattern.count, bytes.count - offset)
            if memcmp(base + offset, pattern, length) == 0 {
                return length == pattern.count ? .whole(at: offset) : .noneBefore(offset)
            }
            offset += 1
        }
        return .noneBefore(bytes.count)
    }
}
