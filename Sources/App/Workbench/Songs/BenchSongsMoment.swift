import Colour
import Console
import Foundation
import Moods
import Recommendation
import Songs

/// A described moment, and what its music must and must not be: a line of `Benchmarks/songs/moments.json`.
struct BenchSongsMoment: Decodable {
    struct Colour: Decodable {
        let hex: String
        /// Of the picture, 0 to 1.
        let share: Double
    }

    let id: String
    /// What a caption would say.
    let caption: String
    /// The picture's colours.
    let palette: [Colour]?
    /// The ranges that its mood may lie in.
    let valence: [Double]?
    let arousal: [Double]?
    /// Mood words of songs that must come first.
    let first: [String]
    /// Mood words of songs that must never come.
    let never: [String]
    /// Themes that make a fitting song fit better.
    let themes: [String]?

    /// Reads a file, an object with the list `moments`.
    static func read(_ path: String) throws -> [BenchSongsMoment] {
        struct File: Decodable {
            let moments: [BenchSongsMoment]
        }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let moments = try JSONDecoder().decode(File.self, from: data).moments
            guard Set(moments.map(\.id)).count == moments.count, !moments.isEmpty else {
                throw CommandError("\(path) has no moments, or two of one id; give each its own.")
            }
            return moments
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("\(path) cannot be read as moments: \(error)")
        }
    }

    /// What it asks of the songs.
    var query: SongQuery {
        var query = SongQuery()
        query.caption = caption
        query.palette = (palette ?? []).compactMap { colour in
            guard let number = UInt32(colour.hex.dropFirst(), radix: 16) else { return nil }
            let rgb = RGBColour(
                red: UInt8(number >> 16 & 0xFF), green: UInt8(number >> 8 & 0xFF), blue: UInt8(number & 0xFF))
            return ColourMood.Area(colour: LabColour(rgb), share: colour.share)
        }
        return query
    }

    /// Whether a mood lies where it may; nil where nothing is said of that.
    func isWithinRegion(_ affect: Affect) -> Bool? {
        guard let valence, let arousal, valence.count == 2, arousal.count == 2 else { return nil }
        return valence[0] <= affect.valence && affect.valence <= valence[1] && arousal[0] <= affect.arousal
            && affect.arousal <= arousal[1]
    }

    /// Whether a song has a mood that must come first, and none that must not come.
    func fits(_ song: Song) -> Bool { has(song, first, .mood) && !violates(song) }

    func violates(_ song: Song) -> Bool { has(song, never, .mood) }

    /// 0 for a song that does not fit, 1 for one that does, 2 for one that shares a theme, too.
    func gain(_ song: Song) -> Double {
        guard fits(song) else { return 0 }
        return has(song, themes ?? [], .theme) ? 2 : 1
    }

    private func has(_ song: Song, _ names: [String], _ kind: SongTag.Kind) -> Bool {
        song.tags.contains { $0.kind == kind && names.contains($0.name) }
    }
}
