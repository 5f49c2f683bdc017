import Foundation

/// A part of the program that takes bytes from outside, and what must hold whatever they are.
struct FuzzTarget: Sendable {
    /// As `make fuzz` calls it; its seeds lie in `Fuzzing/Seeds/<name>`.
    let name: String
    /// Where further seeds lie, from the repository's root.
    var otherSeeds: [String] = []
    /// The most bytes that libFuzzer tries.
    var longest = 32_768
    /// Whether an input is also tried with a piece of it repeated to a megabyte. Not where an input's cost follows from the numbers
    /// in it rather than from its length.
    var canStretch = true
    /// How long such an input is, in bytes.
    var stretchedLength = 1 << 20
    /// What a line may take beside what its bytes may: writing a song into a catalogue is more work than reading its row.
    var secondsPerLine = 0.0
    /// Throws a ``FuzzFinding`` where something is not as it must be; a crash is a finding as well.
    let run: @Sendable (_ input: [UInt8]) throws -> Void

    /// Every target.
    static let all: [FuzzTarget] = [
        .form, .wire, .headerValue, .matchBody, .picture, .safetensors, .torch, .pickle, .weightIndex, .configuration,
        .tokenizer,
        .manifest,
        .csv, .playlist, .jsonLines, .audioTags, .lexicon, .caption, .environmentFile, .hubAnswer, .cachedCaption,
    ]
}

/// What must hold and does not.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// - Throws: a finding where `condition` does not hold.
    static func unless(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw FuzzFinding(description()) }
    }
}

/// A folder in memory where there is one, else on the disk, for targets that read files. Each thread has its own.
struct ScratchFolder {
    let url: URL

    static func with<Result>(_ body: (ScratchFolder) throws -> Result) throws -> Result {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? URL(filePath: memory) : FileManager.default.temporaryDirectory
        let url = parent.appending(path: "image-to-song-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(ScratchFolder(url: url))
    }

    /// Writes a file, and returns where it is.
    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> URL {
        let file = url.appending(path: name)
        try Data(bytes).write(to: file)
        return file
    }
}
