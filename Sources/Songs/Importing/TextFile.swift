import Foundation

/// A text that is read byte by byte, as UTF-8, with a few of its bytes in memory at a time.
///
/// UTF-16 with a byte order mark is turned into UTF-8. What is not valid UTF-8 is taken for Windows-1252, word by word, as
/// old programs write it.
struct TextFile {
    private let file: FileHandle?
    private let path: String
    private var bytes: [UInt8]
    private var place = 0
    private var encoding = Encoding.unknown
    /// The first half of what is still to come.
    private var rest: [UInt8] = []
    /// The line that the next byte is in, from 1.
    private(set) var lineNumber = 1
    private(set) var bytesRead: Int64 = 0
    let bytesTotal: Int64?

    private enum Encoding {
        case unknown, bytes, littleEndian, bigEndian
    }

    /// Opens the file at `path`.
    /// - Throws: ``SongsError`` `unreadableImport`.
    init(path: String) throws(SongsError) {
        self.path = path
        bytes = []
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw SongsError(
                .unreadableImport, "\(path) cannot be opened; check its name and that this user may read it.")
        }
        self.file = file
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular else {
            throw SongsError(.unreadableImport, "\(path) is not a file.")
        }
        bytesTotal = (attributes?[.size] as? NSNumber)?.int64Value
    }

    /// A text that is in memory.
    init(_ content: UnsafeRawBufferPointer) {
        file = nil
        path = ""
        bytes = []
        rest = [UInt8](content)
        bytesTotal = Int64(content.count)
    }

    /// The next byte; nil behind the last.
    mutating func next() throws(SongsError) -> UInt8? {
        while place == bytes.count { guard try fill() else { return nil } }
        let byte = bytes[place]
        place += 1
        if byte == 0x0A { lineNumber += 1 }
        return byte
    }

    /// The byte after, left where it is.
    mutating func peek() throws(SongsError) -> UInt8? {
        while place == bytes.count { guard try fill() else { return nil } }
        return bytes[place]
    }

    /// The next line without its end; nil behind the last. Of a longer one than `most` bytes the text is nil, and the rest is
    /// passed over.
    mutating func line(atMost most: Int) throws(SongsError) -> (number: Int, text: String?)? {
        let number = lineNumber
        guard var byte = try next() else { return nil }
        var line: [UInt8] = []
        var isTooLong = false
        while byte != 0x0A {
            if line.count < most { line.append(byte) } else { isTooLong = true }
            guard let another = try next() else { break }
            byte = another
        }
        if line.last == 0x0D { line.removeLast() }
        return (number, isTooLong ? nil : Self.text(line))
    }

    /// The text of some bytes.
    static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return String(bytes: bytes, encoding: .windowsCP1252) ?? String(bytes: bytes, encoding: .isoLatin1) ?? ""
    }

    private mutating func fill() throws(SongsError) -> Bool {
        var chunk = rest
        rest = []
        do {
            if let more = try file?.read(upToCount: 1 << 16), !more.isEmpty {
                chunk += more
                bytesRead += Int64(more.count)
            } else if chunk.isEmpty {
                return false
            } else if file == nil {
                bytesRead = Int64(chunk.count)
            } else if encoding == .littleEndian || encoding == .bigEndian {
                return false  // Half a character at the end.
            }
        } catch {
            throw SongsError(
                .unreadableImport, "\(path) cannot be read to its end; nothing of it was imported.", cause: error)
        }
        if encoding == .unknown { findEncoding(&chunk) }
        place = 0
        bytes = encoding == .bytes ? chunk : utf8(ofUTF16: chunk)
        return true
    }

    private mutating func findEncoding(_ chunk: inout [UInt8]) {
        encoding = .bytes
        for (mark, kind) in [
            ([0xEF, 0xBB, 0xBF], Encoding.bytes), ([0xFF, 0xFE], .littleEndian), ([0xFE, 0xFF], .bigEndian),
        ]
        where chunk.starts(with: mark.map(UInt8.init)) {
            encoding = kind
            chunk.removeFirst(mark.count)
            return
        }
    }

    /// Keeps what is half a character.
    private mutating func utf8(ofUTF16 chunk: [UInt8]) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(chunk.count / 2)
        for index in stride(from: 0, to: chunk.count - 1, by: 2) {
            let (first, second) = (UInt16(chunk[index]), UInt16(chunk[index + 1]))
            units.append(encoding == .littleEndian ? second << 8 | first : first << 8 | second)
        }
        var used = units.count * 2
        if let last = units.last, UTF16.isLeadSurrogate(last) {
            units.removeLast()
            used -= 2
        }
        rest = Array(chunk[used...])
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
