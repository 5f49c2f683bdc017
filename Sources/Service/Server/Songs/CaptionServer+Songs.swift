import Foundation
import HTTPTypes
import Hummingbird
import MusicServices
import NIOCore
import Recommendation
import Serving
import Songs

extension CaptionServer {
    /// Songs by words, a page at a time.
    func searchSongs(_ request: Request, _ context: ServerContext) async throws -> Response {
        let parameters = request.uri.queryParameters
        func number(_ name: Substring, _ range: ClosedRange<Int>, _ standard: Int) throws(ServerError) -> Int {
            guard let text = parameters[name], !text.isEmpty else { return standard }
            guard let value = Int(text), range.contains(value) else {
                throw ServerError(
                    .invalidField,
                    "\(name) is \(text.excerpt.debugDescription). Send a whole number from \(range.lowerBound) to \(range.upperBound)."
                )
            }
            return value
        }
        let limit = try number("limit", 1...100, 20)
        let offset = try number("offset", 0...1_000_000_000, 0)
        let query = parameters["query"].map(String.init) ?? ""
        let page = try await theSongs().search(query, limit: limit, offset: offset)
        return try .json(SongPageAnswer(page, limit: limit, offset: offset, showsPaths: context.showsPaths))
    }

    /// One song, and where it can be heard.
    func song(_ context: ServerContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        guard let id = Int64(text) else {
            throw SongsError(
                .unknownSong, "There is no song \(text.excerpt.debugDescription). GET /songs lists those there are.")
        }
        let song = try await theSongs().song(id: id)
        return try .json(OneSongAnswer(song, showsPath: context.showsPaths))
    }

    /// What the catalogue holds.
    func songStatistics() async throws -> Response {
        try .json(CatalogueAnswer(try await theSongs().statistics()))
    }

    /// Songs as a file for other players.
    func playlist(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await request.jsonBody(advice: "Send JSON, as in {\"ids\": [1, 2], \"format\": \"m3u8\"}.")
        let object = try JSONBody(
            body, fields: ["ids", "format", "title"], isStrict: configuration.refusesUnknownFields)
        let ids = try object.numbers("ids")
        guard (1...1000).contains(ids.count) else {
            throw ServerError(.invalidField, "ids holds \(ids.count) numbers. Send 1 to 1000 numbers of songs.")
        }
        let name = try object.text("format") ?? Playlist.Format.m3u8.rawValue
        guard let format = Playlist.Format(rawValue: name) else {
            let all = Playlist.Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw ServerError(
                .invalidField, "There is no format \(name.excerpt.debugDescription). Known are \(all).")
        }
        let title = try object.text("title") ?? "Songs"
        var songs = try await theSongs().songs(ids: ids)
        if !context.showsPaths { for index in songs.indices { songs[index].path = nil } }
        let playlist = Playlist(title: title, songs: songs) { SearchLinks.links(for: $0).first?.url }
        let file = ByteBuffer(bytes: playlist.data(as: format))
        return Response(
            status: .ok,
            headers: [
                .contentType: format.mediaType, .contentLength: "\(file.readableBytes)",
                .contentDisposition: "attachment; filename=\"playlist.\(format.rawValue)\"",
            ], body: ResponseBody(byteBuffer: file))
    }
}

/// The answer of `GET /songs`.
private struct SongPageAnswer: Encodable {
    private let success = true
    private let songs: [SongObject]
    private let total: Int
    private let limit: Int
    private let offset: Int

    init(_ page: SongPage, limit: Int, offset: Int, showsPaths: Bool) {
        songs = page.songs.map { SongObject($0, showsPath: showsPaths) }
        total = page.total
        self.limit = limit
        self.offset = offset
    }
}

/// The answer of `GET /songs/{id}`.
private struct OneSongAnswer: Encodable {
    private let success = true
    private let song: SongObject
    private let links: [LinkObject]

    init(_ song: Song, showsPath: Bool) {
        self.song = SongObject(song, showsPath: showsPath)
        links = SearchLinks.links(for: song).map(LinkObject.init)
    }
}
