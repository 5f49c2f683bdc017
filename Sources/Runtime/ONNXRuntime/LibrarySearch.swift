internal import Foundation

/// Where ONNX Runtime's shared library is looked for.
public struct LibrarySearch: Sendable {
    /// Files to try, best first. A bare name, without a slash, is left to the system's own search.
    public var candidates: [String]

    public init(candidates: [String]) {
        self.candidates = candidates
    }

    /// That file and no other.
    public static func file(_ path: String) -> LibrarySearch { LibrarySearch(candidates: [path]) }

    /// In this order: `.deps` in the working directory, `.deps` in each folder above the executable, the executable's
    /// own folder, the system. Where the environment variable `ONNXRUNTIME_LIBRARY` names the library, or the folder
    /// that holds it, that is the only place, so that a mistake in it shows.
    public static var standard: LibrarySearch {
        standard(
            environment: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath,
            executable: Bundle.main.executablePath ?? CommandLine.arguments[0])
    }

    static func standard(
        environment: [String: String], workingDirectory: String, executable: String
    ) -> LibrarySearch {
        if let named = environment["ONNXRUNTIME_LIBRARY"], !named.isEmpty {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: named, isDirectory: &isDirectory)
            let file = exists && isDirectory.boolValue ? join(named, fileNames[0]) : named
            // With a slash, for dlopen would look a bare name up in the system.
            return LibrarySearch(candidates: [file.contains("/") ? file : "./\(file)"])
        }
        let besideExecutable = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        let folders =
            ([workingDirectory] + ancestors(of: besideExecutable)).map { join($0, ".deps") } + [besideExecutable.path]
        var seen: Set<String> = []
        let files = folders.filter { seen.insert($0).inserted }.map { join($0, fileNames[0]) }
        return LibrarySearch(candidates: files + systemFiles)
    }

    #if os(macOS)
    private static let fileNames = ["libonnxruntime.dylib"]
    private static let systemFiles =
        fileNames + ["/opt/homebrew/lib/libonnxruntime.dylib", "/usr/local/lib/libonnxruntime.dylib"]
    #else
    private static let fileNames = ["libonnxruntime.so", "libonnxruntime.so.1"]
    private static let systemFiles = fileNames
    #endif

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// The folder itself, the one above it, and so on to the root.
    private static func ancestors(of folder: URL) -> [String] {
        var components = folder.pathComponents
        var paths: [String] = []
        while !components.isEmpty {
            paths.append(NSString.path(withComponents: components))
            components.removeLast()
        }
        return paths
    }
}
