import Foundation

/// A text that is read byte by byte, as UTF-8, with a few of its bytes in memory at a time.
///
/// UTF-16 is turned into UTF-8. What is not valid UTF-8 is decoded word by word, in the encoding that the text names or else the
/// likelier of Windows-1252 and Mac OS Roman, as old programs write it. Lines end with LF, CR LF or CR; all of them read as LF.
struct TextFile {
    private let file: FileHandle?
    private var bytes: [UInt8] = []
    private var place = 0
    private var form = Form.unknown
    /// The first half of what is still to come.
    private var rest: [UInt8] = []
    /// The line that the next byte is in, from 1.
    private(set) var lineNumber = 1
    private(set) var bytesRead: Int64 = 0
    let bytesTotal: Int64?
    private var legacy: LegacyEncoding?
    private var hasLoneReturns = false

    private enum Form {
        case unknown, bytes, littleEndian, bigEndian
    }

    /// Opens the file at `path`.
    /// - Throws: ``SongsError`` `unreadableImport`.
    init(path: String) throws(SongsError) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw SongsError(
                .unreadableImport, "The list cannot be opened; check its name and that this user may read it.",
                file: path)
        }
        var status = stat()
        guard fstat(file.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SongsError(.unreadableImport, "The list is not a file.", file: path)
        }
        self.init(file: file)
    }

    /// Reads an open file from its beginning.
    init(file: FileHandle) {
        self.file = file
        var status = stat()
        bytesTotal = fstat(file.fileDescriptor, &status) == 0 ? Int64(status.st_size) : nil
        try? file.seek(toOffset: 0)
    }

    /// A text that is in memory.
    init(_ content: UnsafeRawBufferPointer) {
        file = nil
        rest = [UInt8](content)
        bytesTotal = Int64(content.count)
    }

    /// The next byte; nil behind the last.
    mutating func next() throws(SongsError) -> UInt8? {
        while place == bytes.count { guard try fill() else { return nil } }
        let byte = bytes[place]
        place += 1
        if byte == 0x0A { lineNumber += 1 }
        guard byte == 0x0D else { return byte }
        while place == bytes.count { guard try fill() else { break } }
        if place < bytes.count, bytes[place] == 0x0A { place += 1 } else { hasLoneReturns = true }
        lineNumber += 1
        return 0x0A
    }

    /// The byte after, left where it is.
    mutating func peek() throws(SongsError) -> UInt8? {
        while place == bytes.count { guard try fill() else { return nil } }
        return bytes[place] == 0x0D ? 0x0A : bytes[place]
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
        return (number, isTooLong ? nil : text(line))
    }

    /// From here on, what is not valid UTF-8 is decoded as the encoding that `name` stands for, where it is known.
    mutating func decode(as name: String) {
        if let encoding = LegacyEncoding(name) { legacy = encoding }
    }

    /// The text of some bytes.
    mutating func text(_ bytes: [UInt8]) -> String {
        let isNamed = legacy?.isNamed == true && !bytes.contains { $0 >= 0x80 } && bytes.contains(0x1B)
        if !isNamed, let text = String(validating: bytes, as: UTF8.self) { return text }
        let encoding = legacy ?? LegacyEncoding.guessed(from: self.bytes + bytes, hasLoneReturns: hasLoneReturns)
        legacy = encoding
        return encoding?.text(bytes) ?? String(decoding: bytes, as: UTF8.self)
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
            } else if form == .littleEndian || form == .bigEndian {
                return false  // Half a character at the end.
            }
        } catch {
            throw SongsError(
                .unreadableImport, "The list cannot be read to its end; nothing of it was imported.", cause: error)
        }
        if form == .unknown { findForm(&chunk) }
        place = 0
        bytes = form == .bytes ? chunk : utf8(ofUTF16: chunk)
        return true
    }

    /// By its byte order mark, or where every second byte of the beginning is 0.
    private mutating func findForm(_ chunk: inout [UInt8]) {
        form = .bytes
        for (mark, kind) in [
            ([0xEF, 0xBB, 0xBF], Form.bytes), ([0xFF, 0xFE], .littleEndian), ([0xFE, 0xFF], .bigEndian),
        ]
        where chunk.starts(with: mark.map(UInt8.init)) {
            form = kind
            chunk.removeFirst(mark.count)
            return
        }
        let beginning = chunk.prefix(512)
        var zeros = [0, 0]
        for (index, byte) in beginning.enumerated() where byte == 0 { zeros[index % 2] += 1 }
        let many = beginning.count / 4
        if beginning.count >= 8, zeros[1] > many, zeros[0] == 0 { form = .littleEndian }
        if beginning.count >= 8, zeros[0] > many, zeros[1] == 0 { form = .bigEndian }
    }

    /// Keeps what is half a character.
    private mutating func utf8(ofUTF16 chunk: [UInt8]) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(chunk.count / 2)
        for index in stride(from: 0, to: chunk.count - 1, by: 2) {
            let (first, second) = (UInt16(chunk[index]), UInt16(chunk[index + 1]))
            units.append(form == .littleEndian ? second << 8 | first : first << 8 | second)
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

/// An encoding from before Unicode, decoded by the C library.
final class LegacyEncoding {
    /// Whether the text itself says that it is in this encoding.
    let isNamed: Bool
    private let converter: iconv_t

    /// The encoding of a name such as windows-1251 or Shift_JIS; nil for an unknown one.
    convenience init?(_ name: String) {
        let name = name.trimmed
        let isName = name.utf8.allSatisfy { byte in
            byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: ".")].contains(byte)
        }
        guard isName, (1...40).contains(name.utf8.count) else { return nil }
        self.init(converterOf: name, isNamed: true)
    }

    private init?(converterOf name: String, isNamed: Bool) {
        guard let converter = iconv_open("UTF-8", name), Int(bitPattern: converter) != -1 else { return nil }
        self.converter = converter
        self.isNamed = isNamed
    }

    deinit { iconv_close(converter) }

    /// Windows-1252, unless letters beside ASCII letters lie where only Mac OS Roman has letters.
    ///
    /// Windows has its accented letters from 0xC0 on, and punctuation before; a Mac's lie from 0x80 to 0x9F.
    static func guessed(from sample: [UInt8], hasLoneReturns: Bool) -> LegacyEncoding? {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        var (mac, windows) = (0, 0)
        for index in sample.indices.dropFirst() where isLetter(sample[index - 1]) {
            switch sample[index] {
            // An ellipsis, quotation marks, dashes and a trade mark follow letters too.
            case 0x85, 0x91...0x97, 0x99: continue
            case 0x80...0x9F: mac += 1
            // Quotation marks of a Mac.
            case 0xD0...0xD5: continue
            case 0xC0...0xFF: windows += 1
            default: continue
            }
        }
        let isMac = mac > windows || hasLoneReturns && mac == windows
        return LegacyEncoding(converterOf: isMac ? "MACINTOSH" : "WINDOWS-1252", isNamed: false)
    }

    /// The text; what is no character of the encoding is the replacement character.
    func text(_ bytes: [UInt8]) -> String {
        var (result, input): ([UInt8], [CChar]) = ([], bytes.map { CChar(bitPattern: $0) })
        var output = [CChar](repeating: 0, count: 4096)
        iconv(converter, nil, nil, nil, nil)
        input.withUnsafeMutableBufferPointer { input in
            var (from, left) = (input.baseAddress, input.count)
            while left > 0 {
                let written = output.withUnsafeMutableBufferPointer { output in
                    var (to, room) = (output.baseAddress, output.count)
                    let status = iconv(converter, &from, &left, &to, &room)
                    return (count: output.count - room, hasFailed: status == -1 && errno != E2BIG)
                }
                result += output.prefix(written.count).map { UInt8(bitPattern: $0) }
                guard written.hasFailed, left > 0 else { continue }
                result += Array("\u{FFFD}".utf8)
                from = from?.advanced(by: 1)
                left -= 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
