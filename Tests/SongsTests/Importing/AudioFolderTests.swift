import Foundation
import StandIns
import Testing

@testable import Songs

@Suite("Import of audio folders")
struct AudioFolderTests {
    private static let encoder = Tool.path("ffmpeg")

    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    private func run() throws -> ImportReport {
        try SongImport(catalogue: catalogue).run(path: place.path("music"))
    }

    /// Half a second of a tone with tags.
    private func encode(_ name: String, _ tags: [String: String]) throws {
        let arguments =
            ["-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=0.5", "-map_metadata", "-1"]
            + tags.sorted { $0.key < $1.key }.flatMap { ["-metadata", "\($0.key)=\($0.value)"] } + [
                place.path("music/\(name)")
            ]
        let finished = try Tool.run(try #require(Self.encoder), arguments)
        try #require(finished.status == 0, "\(finished.output)")
    }

    @Test(
        "Reads the tags that real encoders write", .heavy, .enabled(if: encoder != nil, "needs ffmpeg"),
        arguments: ["mp3", "flac", "ogg", "m4a"])
    func tags(ending: String) throws {
        try FileManager.default.createDirectory(atPath: place.path("music/sub"), withIntermediateDirectories: true)
        var tags = [
            "title": "Grüße", "artist": "Ä und Ö", "album": "Proben", "date": "1987", "genre": "Jazz",
        ]
        // Names that ffmpeg writes as they are into these two.
        if ["flac", "ogg"].contains(ending) {
            tags.merge(["BPM": "96", "MOOD": "calm", "ISRC": "DEA621201061", "INITIALKEY": "Ebm"]) { $1 }
        }
        if ending == "mp3" { tags.merge(["TBPM": "96", "TSRC": "DEA621201061", "TMOO": "calm", "TKEY": "Ebm"]) { $1 } }
        try encode("sub/tone.\(ending)", tags)
        let report = try run()
        #expect((report.added, report.rejected) == (1, 0))
        let song = try #require(try catalogue.song(id: 1))
        #expect(song.title == "Grüße" && song.artist == "Ä und Ö" && song.album == "Proben" && song.year == 1987)
        #expect(song.tags.contains(SongTag("jazz", .genre)) && song.source == "files")
        #expect(song.path == place.path("music/sub/tone.\(ending)"))
        #expect(abs((song.durationMilliseconds ?? 0) - 500) < 100)
        guard ending != "m4a" else { return }
        #expect(song.features.tempo == 96 && song.isrc == "DEA621201061" && song.tags.contains(SongTag("calm", .mood)))
        #expect(song.features.key == 3 && song.features.isMajor == false)
    }

    @Test("Names a file without tags by its file name; importing the folder again changes nothing")
    func untagged() throws {
        try FileManager.default.createDirectory(atPath: place.path("music"), withIntermediateDirectories: true)
        _ = try place.file("music/My Tune.wav", Self.silence)
        #expect(try run().added == 1)
        #expect(try catalogue.song(id: 1)?.title == "My Tune")
        #expect(try run().unchanged == 1)
    }

    @Test("Reports or skips files that are not audio, and follows no links")
    func strangers() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: place.path("music"), withIntermediateDirectories: true)
        try files.createDirectory(atPath: place.path("outside"), withIntermediateDirectories: true)
        _ = try place.file("music/good.wav", Self.silence)
        _ = try place.file("music/bad.flac", "no flac at all")
        _ = try place.file("music/notes.txt", "not music")
        _ = try place.file("music/.hidden.wav", Self.silence)
        _ = try place.file("outside/secret.wav", Self.silence)
        try files.createSymbolicLink(atPath: place.path("music/out"), withDestinationPath: place.path("outside"))
        try files.createSymbolicLink(
            atPath: place.path("music/link.wav"), withDestinationPath: place.path("outside/secret.wav"))
        let report = try run()
        #expect((report.added, report.rejected) == (1, 1))
        #expect(report.rejections.first?.reason.contains("bad.flac") == true)
    }

    /// A tenth of a second of nothing: 8 kHz, 8 bits, mono.
    private static var silence: Data {
        func number(_ value: UInt32, _ count: Int) -> Data {
            withUnsafeBytes(of: value.littleEndian) { Data($0.prefix(count)) }
        }
        let samples = Data(repeating: 128, count: 800)
        return Data("RIFF".utf8) + number(36 + 800, 4) + Data("WAVEfmt ".utf8) + number(16, 4) + number(1, 2)
            + number(1, 2)
            + number(8000, 4) + number(8000, 4) + number(1, 2) + number(8, 2) + Data("data".utf8) + number(800, 4)
            + samples
    }
}
