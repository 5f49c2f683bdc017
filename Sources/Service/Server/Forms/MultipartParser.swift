import NIOCore

/// Takes a multipart body (RFC 2046 §5.1, RFC 7578) apart as it arrives, however it is cut into pieces.
///
/// A value without input or output: ``feed(_:)`` it bytes, and ask for ``next()`` until it answers nil. It keeps no
/// more than what it was fed and has not handed on: at most one piece, one header block, and one delimiter.
struct MultipartParser {
    /// What the parser finds.
    enum Event: Equatable {
        /// A part begins.
        case partBegan(PartHeader)
        /// Some bytes of the part's content.
        case content(ByteBuffer)
        /// The part ends.
        case partEnded
        /// The closing delimiter: whatever follows is ignored.
        case finished
    }

    /// What a body may cost.
    struct Limits: Equatable {
        /// The most bytes of one part's header block.
        var headerBytes = 16 * 1024
        /// The most parts.
        var parts = 64
    }

    private enum State {
        /// Before the first delimiter.
        case preamble
        /// Behind `--boundary`: a line break opens a part, two hyphens close the body.
        case delimiter
        case header
        case content
        case epilogue
    }

    /// The longest run of spaces that may follow a delimiter.
    private static let maxPadding = 256

    private let limits: Limits
    private let delimiter: ByteSearch
    private let headerEnd = ByteSearch(lineBreakThen: "\r\n")
    private var state = State.preamble
    private var pending: ByteBuffer
    /// How many bytes of `pending` need no second look for the end of a header block.
    private var searched = 0
    private var partCount = 0

    /// Makes a parser for the boundary of a `Content-Type` header.
    ///
    /// - Throws: `invalidBoundary` where RFC 2046 does not allow it: 1 to 70 plain characters, no space at the end.
    init(boundary: String, limits: Limits = Limits()) throws(ServerError) {
        let isPlain = boundary.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard isPlain, (1...70).contains(boundary.utf8.count), boundary.last != " " else {
            throw ServerError(
                .invalidBoundary,
                "The boundary in the Content-Type header is not valid. Let your HTTP client set that header itself.")
        }
        self.limits = limits
        delimiter = ByteSearch(lineBreakThen: "--" + boundary)
        // The first delimiter may stand at the very start; with a line break before it, it looks like all others.
        pending = ByteBuffer(string: "\r\n")
    }

    /// Takes in the next piece of the body.
    mutating func feed(_ piece: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = piece
        } else {
            var piece = piece
            pending.discardReadBytes()
            pending.writeBuffer(&piece)
        }
    }

    /// The next thing that was found; nil when more bytes are needed.
    ///
    /// - Throws: `malformedForm` where the body breaks the grammar or a limit.
    mutating func next() throws(ServerError) -> Event? {
        switch state {
        case .preamble:
            skipPreamble()
            return state == .preamble ? nil : try next()
        case .delimiter:
            return try readDelimiter()
        case .header:
            return try readHeader()
        case .content:
            return readContent()
        case .epilogue:
            pending.clear()
            return nil
        }
    }

    /// Says that the body has ended.
    ///
    /// - Throws: `truncatedUpload` where the closing delimiter has not been seen.
    func finish() throws(ServerError) {
        guard state != .epilogue else { return }
        throw ServerError(
            .truncatedUpload, "The upload ended before its closing boundary: send the whole form again.")
    }

    private mutating func skipPreamble() {
        switch find(delimiter) {
        case .whole(let offset):
            pending.moveReaderIndex(forwardBy: offset + delimiter.pattern.count)
            state = .delimiter
        case .noneBefore(let offset):
            pending.moveReaderIndex(forwardBy: offset)
        }
    }

    private mutating func readDelimiter() throws(ServerError) -> Event? {
        let bytes = pending.readableBytesView
        let padding = bytes.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
        guard padding <= Self.maxPadding else { throw Self.malformed("a delimiter is followed by too many spaces") }
        let ending = bytes.dropFirst(padding).prefix(2)
        if ending.elementsEqual("\r\n".utf8) {
            // The line break stays: with it even an empty header block ends in two.
            pending.moveReaderIndex(forwardBy: padding)
            state = .header
            return try next()
        }
        if padding == 0, ending.elementsEqual("--".utf8) {
            state = .epilogue
            return .finished
        }
        guard ending.count < 2, "\r\n".utf8.starts(with: ending) || "--".utf8.starts(with: ending) else {
            throw Self.malformed("something other than a line break follows a delimiter")
        }
        return nil
    }

    private mutating func readHeader() throws(ServerError) -> Event? {
        let end = find(headerEnd, from: searched)
        let part = find(delimiter, from: searched)
        // A delimiter there means that the blank line is missing, however much would still come.
        if case .whole(let offset) = part, end.isNone(before: offset) {
            throw Self.malformed("a part has no blank line behind its header")
        }
        guard case .whole(let offset) = end else {
            guard pending.readableBytes <= limits.headerBytes else { throw headerTooLong() }
            searched = min(end.offset, part.offset)
            return nil
        }
        searched = 0
        guard offset <= limits.headerBytes else { throw headerTooLong() }
        partCount += 1
        guard partCount <= limits.parts else { throw Self.malformed("it has more than \(limits.parts) parts") }
        let block = pending.readBytes(length: offset + headerEnd.pattern.count) ?? []
        let header = try PartHeader(block: block)
        state = .content
        return .partBegan(header)
    }

    private mutating func readContent() -> Event? {
        switch find(delimiter) {
        case .whole(at: 0):
            pending.moveReaderIndex(forwardBy: delimiter.pattern.count)
            state = .delimiter
            return .partEnded
        case .whole(let length), .noneBefore(let length):
            guard length > 0, let content = pending.readSlice(length: length) else { return nil }
            return .content(content)
        }
    }

    private func find(_ search: ByteSearch, from start: Int = 0) -> ByteSearch.Finding {
        pending.withUnsafeReadableBytes { search.find(in: $0, from: start) }
    }

    private func headerTooLong() -> ServerError {
        Self.malformed("the header of a part has more than \(limits.headerBytes) bytes")
    }

    private static func malformed(_ reason: String) -> ServerError {
        ServerError(.malformedForm, "The body is not a valid multipart form: \(reason).")
    }
}
