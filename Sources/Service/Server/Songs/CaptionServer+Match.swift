import Captioning
import Concurrency
import HTTPTypes
import Hummingbird
import Logging
import Moods
import Recommendation
import Serving
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
        let recommender = Recommender(captioner) { try await theSongs().match($0) }
        let type = request.headers[.contentType].flatMap { HeaderValue($0) }?.value
        let answer: SongRecommendation
        var fileName: String?
        if type == "multipart/form-data" {
            try await captioner.checkReadiness()
            let form = try await Form.read(from: request, layout: configuration.matchForm)
            fileName = form.fileName
            let query = try SongFields(form.texts).query()
            let options = try CaptionOptions(form: form.texts.filter { $0.key != "seed" })
            let isFresh = request.asksForFreshAnswer
            answer = try await cancelledByDisconnection(of: context.channel) {
                try await recommender.recommend(
                    form.file, hash: form.fileHash, query: query, options: options, isFresh: isFresh)
            }
        } else {
            let query = try await readQuery(request)
            answer = try await cancelledByDisconnection(of: context.channel) { try await recommender.recommend(query) }
        }
        let ranked = ContinuousClock.now
        let songs = try theSongs()
        let links = try await cancelledByDisconnection(of: context.channel) {
            await songs.links(for: answer.songs.map(\.song))
        }
        let end = ContinuousClock.now
        context.logger.info(
            "Matched songs",
            metadata: [
                "duration_ms": .stringConvertible((end - began).inMilliseconds),
                "mood": "\(answer.mood.label.rawValue)", "songs": .stringConvertible(answer.songs.count),
            ])
        return try .json(
            MatchAnswer(
                answer, links: links, fileName: fileName, total: end - began,
                songsTime: answer.rankingTime + (end - ranked), showsPaths: context.showsPaths))
    }

    private func readQuery(_ request: Request) async throws -> SongQuery {
        let body = try await request.jsonBody(
            advice: "Send JSON, as in {\"caption\": \"a quiet harbour\"}, or a picture as multipart/form-data.")
        return try MatchBody(body, isStrict: configuration.refusesUnknownFields).query
    }
}

extension ServerConfiguration {
    /// The form that `POST /songs/match` takes.
    var matchForm: Form.Layout {
        Form.Layout(
            fileField: "image", textFields: CaptionOptions.formFields.union(SongFields.names),
            repeatableFields: CaptionOptions.repeatableFields, maxFileBytes: maxImageBytes,
            refusesUnknownFields: refusesUnknownFields)
    }
}
