import Foundation
import StandIns
import Testing

@testable import ONNXRuntime

@Suite("Library search", .heavy)
struct LibraryTests {
    @Test("Lists every path searched, and what was wrong there, if no library is found")
    func notFound() throws {
        let folder = try TemporaryFolder()
        let broken = folder.path("libonnxruntime.so")
        try Data("not a library".utf8).write(to: URL(fileURLWithPath: broken))
        let places = ["/nowhere/libonnxruntime.so", broken, "libno-such-onnxruntime.so.9"]

        let error = ONNXRuntimeError.thrown { _ = try Runtime.load(LibrarySearch(candidates: places)) }

        #expect(error?.code == .libraryNotFound)
        for place in places { #expect(error?.message.contains("\n  \(place): ") == true) }
        #expect(error?.message.contains("ONNXRUNTIME_LIBRARY") == true)
        #expect(error?.message.contains("scripts/setup") == true)
    }

    @Test("Refuses a library older than the C API, naming both versions", .enabled(if: CCompiler.isThere, "needs cc"))
    func tooOld() throws {
        let folder = try TemporaryFolder()
        let library = folder.path("libonnxruntime.so")
        try CCompiler.build(Fixture.path("OldLibrary.c"), into: library)

        let error = ONNXRuntimeError.thrown { _ = try Runtime.load(.file(library)) }

        #expect(error?.code == .libraryTooOld)
        #expect(error?.message.contains("ONNX Runtime 1.16.3") == true)
        #expect(error?.message.contains("1.22 or newer") == true)
    }

    @Test("Refuses a library that is not ONNX Runtime", .enabled(if: CCompiler.isThere, "needs cc"))
    func somethingElse() throws {
        let folder = try TemporaryFolder()
        let library = folder.path("libonnxruntime.so")
        try CCompiler.build(Fixture.path("NotTheLibrary.c"), into: library)

        let error = ONNXRuntimeError.thrown { _ = try Runtime.load(.file(library)) }

        #expect(error?.code == .notONNXRuntime)
        #expect(error?.message.contains(library) == true)
    }

    @Test("Searches the working directory, the folders above the executable, beside it, then the system")
    func order() throws {
        let found = LibrarySearch.standard(
            environment: [:], workingDirectory: "/home/ada", executable: "/srv/app/bin/image-to-song"
        ).candidates.map { ($0 as NSString).deletingLastPathComponent }
        #expect(
            found.starts(
                with: [
                    "/home/ada/.deps", "/srv/app/bin/.deps", "/srv/app/.deps", "/srv/.deps", "/.deps", "/srv/app/bin",
                ]))
        #expect(found.dropFirst(6).first == "")
    }

    @Test(
        "ONNXRUNTIME_LIBRARY, if set, is the only path searched",
        arguments: [("/opt/ort/libonnxruntime.so", "/opt/ort/libonnxruntime.so"), ("own.so", "./own.so")])
    func environment(value: String, place: String) throws {
        let search = LibrarySearch.standard(
            environment: ["ONNXRUNTIME_LIBRARY": value], workingDirectory: "/", executable: "/bin/app")
        #expect(search.candidates == [place])
    }

    @Test("ONNXRUNTIME_LIBRARY may name the library's folder")
    func environmentFolder() throws {
        let folder = try TemporaryFolder()
        let search = LibrarySearch.standard(
            environment: ["ONNXRUNTIME_LIBRARY": folder.url.path], workingDirectory: "/", executable: "/bin/app")
        #expect(search.candidates.count == 1)
        #expect(search.candidates.first?.hasPrefix("\(folder.url.path)/libonnxruntime.") == true)
    }

    @Test("An empty ONNXRUNTIME_LIBRARY counts as unset")
    func emptyEnvironment() throws {
        let search = LibrarySearch.standard(
            environment: ["ONNXRUNTIME_LIBRARY": ""], workingDirectory: "/home/ada", executable: "/bin/app")
        #expect(search.candidates.first?.hasPrefix("/home/ada/.deps/") == true)
    }
}

/// The C compiler, which Swift needs for linking but which need not be on the PATH.
enum CCompiler {
    private static let program = ["cc", "clang", "gcc"].compactMap(Tool.path).first

    static var isThere: Bool { program != nil }

    static func build(_ source: String, into library: String, _ arguments: [String] = []) throws {
        let finished = try Tool.run(
            try #require(program), ["-shared", "-fPIC", "-o", library, source] + arguments)
        try #require(finished.status == 0, "\(finished.output)")
    }
}
