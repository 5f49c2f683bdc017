import Colour
import Foundation
import HTTPTypes
import Hummingbird
import Moods
import NIOCore
import Recommendation
import Serving
import Songs

/// The JSON that `POST /songs/match` takes in place of a picture.
struct MatchBody {
    private static let names: Set<String> = ["caption", "text", "limit", "seed", "palette", "mood", "liked", "filters"]

    let query: SongQuery

    /// Reads the object.
    /// - Throws: `malformedRequest` for what is no JSON object, `unknownField`, `invalidField` for a field that is not what
    ///   it may be.
    init(_ body: ByteBuffer, isStrict: Bool = true) throws(ServerError) {
        let object = try JSONBody(body, fields: Self.names, isStrict: isStrict)
        let mood = try object.object("mood", fields: ["valence", "arousal"])
        let filters = try object.object("filters", fields: SongFields.filterNames)
        var texts = try object.texts(except: ["caption", "palette", "mood", "filters"])
        for part in [mood, filters].compactMap(\.self) {
            texts.merge(try part.texts(except: [])) { $1 }
        }
        var query = try SongFields(texts).query()
        query.caption = try object.text("caption")
        query.palette = try Self.palette(object.list("palette", fields: ["hex", "percentage", "rgb", "name"]))
        self.query = query
    }

    /// Colours as `POST /image/process` answers them.
    private static func palette(_ list: [JSONBody]) throws(ServerError) -> [ColourMood.Area] {
        guard list.count <= 64 else {
            throw ServerError(.invalidField, "palette has more than 64 colours. Send the largest ones.")
        }
        var areas: [ColourMood.Area] = []
        for entry in list {
            let hex = try entry.text("hex") ?? ""
            guard let colour = RGBColour(hex: hex),
                let share = Double(try entry.texts(except: ["hex", "rgb", "name"])["percentage"] ?? ""),
                (0...100).contains(share)
            else {
                throw ServerError(
                    .invalidField,
                    "palette holds a colour that cannot be read. Send each as {\"hex\": \"#a0b0c0\", \"percentage\": 12.5}."
                )
            }
            areas.append(ColourMood.Area(colour: LabColour(colour), share: share))
        }
        return areas
    }
}

extension RGBColour {
    /// The colour of "#a0b0c0"; nil for another text.
    fileprivate init?(hex: String) {
        guard hex.utf8.count == 7, hex.hasPrefix("#"), let number = UInt32(hex.dropFirst(), radix: 16) else {
            return nil
        }
        self.init(red: UInt8(number >> 16), green: UInt8(number >> 8 & 0xFF), blue: UInt8(number & 0xFF))
    }
}
