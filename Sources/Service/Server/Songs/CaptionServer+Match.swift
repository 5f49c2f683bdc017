import Captioning
import HTTPTypes
import Hummingbird
import Imaging
import Logging
import Moods
import MusicServices
import Pipeline
import Songs

extension CaptionServer {
    /// The songs of this server.
    /// - Throws: `catalogueUnavailable` where it was started without.
    func theSongs() throws(SongsError) -> SongService {
        guard let songs else {
            throw SongsError(.catalogueUnavailable, "This server has no songs. Ask its operator for some.")
        }
        return songs
    }

    /// Answers a picture, or what is known of one, with songs that fit.
    func match(_ request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        let type = request.headers[.contentType].flatMap { HeaderValue($0) }?.value
        let answer =
            type == "multipart/form-data"
            ? try await matchPicture(request, context) : try await matchWords(request, context)
        let total = ContinuousClock.now - began
        context.logger.info(
            "Matched songs",
            metadata: [
                "duration_ms": .stringConvertible(total.inMilliseconds), "mood": "\(answer.mood.label.rawValue)",
                "songs": .stringConvertible(answer.songs.count),
            ])
        return try .json(MatchAnswer(answer, total: total, showsPaths: context.showsPaths))
    }

    private func matchWords(_ request: Request, _ context: ServerContext) async throws -> MatchResult {
        let body = try await request.jsonBody(
            advice: "Send JSON, as in {\"caption\": \"a quiet harbour\"}, or a picture as multipart/form-data.")
        let wish = try MatchBody(body, isStrict: configuration.refusesUnknownFields).wish
        return try await found(wish, context)
    }

    private func matchPicture(_ request: Request, _ context: ServerContext) async throws -> MatchResult {
        try await captioner.checkReadiness()
        let form = try await Form.read(from: request, layout: configuration.matchForm)
        var wish = try SongFields(form.texts).wish()
        let options = try CaptionOptions(form: form.texts.filter { $0.key != "seed" })
        let isFresh = request.asksForFreshAnswer
        let (caption, palette) = try await cancelledByDisconnection(of: context.channel) { [captioner] in
            async let palette = captioner.palette(of: form.file, hash: form.fileHash)
            let caption = try await captioner.caption(
                form.file, options: options, isFresh: isFresh, hash: form.fileHash)
            return (caption, try await palette)
        }
        wish.caption = caption.caption
        wish.palette = palette.map(ColourMood.Area.init)
        var result = try await found(wish, context)
        result.picture = MatchResult.Matched(caption: caption, palette: palette, fileName: form.fileName)
        return result
    }

    private func found(_ wish: SongWish, _ context: ServerContext) async throws -> MatchResult {
        let began = ContinuousClock.now
        let service = try theSongs()
        let (match, links) = try await cancelledByDisconnection(of: context.channel) {
            let match = try await service.match(wish)
            return (match, await service.links(for: match.songs.map(\.song)))
        }
        let songs = Array(zip(match.songs, links))
        return MatchResult(
            caption: wish.caption, mood: match.mood, songs: songs, reason: match.reason,
            took: ContinuousClock.now - began)
    }
}

extension ServerConfiguration {
    /// The form that `POST /songs/match` takes.
    var matchForm: Form.Layout {
        Form.Layout(
            fileField: "image", textFields: CaptionOptions.formFields.union(SongFields.names),
            maxFileBytes: maxImageBytes,
            refusesUnknownFields: refusesUnknownFields)
    }
}
