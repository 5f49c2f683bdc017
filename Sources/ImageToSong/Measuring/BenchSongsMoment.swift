import Foundation
import Moods
import Songs

/// A described moment, and what its music must and must not be: a line of `Benchmarks/songs/moments.json`.
struct BenchSongsMoment: Decodable {
    struct Point: Decodable {
        let valence: Double
        let arousal: Double
    }

    let id: String
    /// What a caption would say.
    let caption: String
    /// Where it lies; nil leaves that to the caption.
    let mood: Point?
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

    func request(limit: Int, seed: UInt64) -> SongRequest {
        let mood = mood.map {
            Mood(affect: Affect(valence: $0.valence, arousal: $0.arousal), confidence: 0.8, contributions: [])
        }
        return SongRequest(mood: mood ?? .unknown, text: caption, limit: limit, seed: seed)
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
