// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every target: Swift 6 mode, and the upcoming features that keep imports honest.
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// With FUZZ set, `make fuzz` builds: the targets that are tried then tell libFuzzer which code they reach.
let isFuzzing = Context.environment["FUZZ"] != nil
let coverage: [SwiftSetting] = isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])] : []

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

/// A library in `Sources/<floor>/<name>`.
func library(
    _ floor: String, _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)", exclude: exclude,
        swiftSettings: settings + coverage)
}

/// A library in C in `Sources/<floor>/<name>`, optimised in debug builds too: without, vector code is a hundred times slower.
func cLibrary(_ floor: String, _ name: String, _ dependencies: [Target.Dependency] = [], linking: [String] = [])
    -> Target
{
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)", cSettings: [.unsafeFlags(["-O2"])],
        linkerSettings: linking.map { .linkedLibrary($0) })
}

/// The tests in `Tests/<name>Tests` of the library `name`.
func tests(_ name: String, _ others: [Target.Dependency] = [], exclude: [String] = ["Fixtures"]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + others, exclude: exclude, swiftSettings: settings)
}

/// What is tried by the fuzz targets.
let fuzzed: [Target.Dependency] = [
    "Server", "Serving", "Settings", "Observability", "Songs", "Moods", "Blip2", "Generation",
    "Networks", "Tokenization", "Checkpoint", "Hub", "Imaging",
    httpTypes, logging, nioCore, nioEmbedded, nioHTTPTypes,
]

/// The fuzz targets: in the tests with their seeds or, with FUZZ set, in clang's libFuzzer, which Swift's toolchains for Linux
/// carry.
let fuzzing: [Target] =
    isFuzzing
    ? [
        .target(name: "CFuzzer", path: "Fuzzing/CFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["CFuzzer"] + fuzzed, path: "Fuzzing", sources: ["Fuzz", "Targets"],
            swiftSettings: settings, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ]
    : [
        .testTarget(
            name: "FuzzTargetTests", dependencies: fuzzed, path: "Fuzzing", sources: ["Targets", "Tests"],
            swiftSettings: settings)
    ]

let package = Package(
    name: "image-to-song",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "image-to-song", targets: ["ImageToSong"])],
    // The oldest versions that do. Which ones a build takes, those of indirect packages included, Packages.lock says:
    // `exact:` here would pin the direct ones only, and nobody could take a security fix of SwiftNIO before our next release.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Imports point down this list only.
        .executableTarget(
            name: "ImageToSong",
            dependencies: [
                "Workbench", "Console", "Server", "Recommendation", "Serving", "Settings", "Observability",
                "Captioning",
                "ModelRegistry", "Generation", "MusicServices", "Songs", "Moods", "Networks", "Checkpoint", "Hub",
                "Devices",
                "Imaging", "Colour", "Concurrency",
                argumentParser, logging, nioCore, nioHTTP1, nioPosix,
            ],
            path: "Sources/App/ImageToSong", swiftSettings: settings),
        // What measures, compares and tries: `bench`, `compare`, `parity` and `selftest`.
        library(
            "App", "Workbench",
            [
                "Console", "Recommendation", "Serving", "Settings", "Captioning", "ModelRegistry", "Songs", "Moods",
                "Generation", "Networks", "Checkpoint", "Devices", "ONNXRuntime", "Imaging", "Colour", "Randomness",
                "Concurrency", argumentParser, logging,
            ]),
        // What commands share: the options that load a model, progress, failures.
        library(
            "App", "Console",
            [
                "Recommendation", "Serving", "Settings", "Captioning", "ModelRegistry", "Generation", "Songs",
                "Networks", "Hub", "Devices", "Imaging", "Concurrency", argumentParser,
            ]),
        library(
            "Service", "Server",
            [
                "Recommendation", "Serving", "Captioning", "Settings", "Observability", "MusicServices", "Songs",
                "Moods",
                "Imaging", "Colour", "Concurrency", "CWebFiles", crypto, httpTypes, hummingbird, hummingbirdCore,
                logging, metrics, nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1, serviceLifecycle, unixSignals,
            ], exclude: ["Web"]),
        cLibrary("Service", "CWebFiles"),
        library(
            "Service", "Recommendation",
            [
                "Serving", "Settings", "Captioning", "MusicServices", "Songs", "Moods", "SentenceEmbedding", "Networks",
                "Checkpoint", "Hub", "Devices", "Colour", "Concurrency", coreMetrics, logging, metrics,
            ]),
        library(
            "Service", "Serving",
            [
                "Settings", "Captioning", "ModelRegistry", "Checkpoint", "Hub", "Imaging", "Colour", "Concurrency",
                coreMetrics, crypto, grdb, logging, metrics,
            ]),
        library(
            "Service", "Settings", ["Hub", "Devices", "Imaging", "Concurrency", configuration, logging]),
        library("Service", "Observability", [coreMetrics, logging]),
        library(
            "Music", "MusicServices", ["Songs", "Concurrency", asyncHTTPClient, logging, nioCore, nioHTTP1]),
        library(
            "Music", "Songs", ["Moods", "Randomness", "CAudioTags", "CKernels", "CSongFiles", grdb],
            exclude: ["genres.csv", "moods.csv", "starter.csv", "tempos.csv", "themes.csv"]),
        library(
            "Music", "Moods", ["Colour", "CSongFiles"],
            exclude: ["anchors.csv", "compounds.csv", "forms.csv", "lexicon.csv"]),
        // The lexicon and the starter catalogue, inside the program.
        cLibrary("Music", "CSongFiles"),
        cLibrary("Media", "CAudioTags", ["CTagLib"], linking: ["tag"]),
        library(
            "Music", "SentenceEmbedding",
            ["Networks", "Tokenization", "Checkpoint", "Devices", "ONNXGraph", "ONNXRuntime"]),
        // What a captioner is to those who ask it for captions. It knows none.
        library("Captioning", "Captioning", ["Imaging"]),
        // Which captioner reads a checkpoint, and how it is asked for captions.
        library(
            "Captioning", "ModelRegistry",
            [
                "Captioning", "Blip", "Blip2", "Florence2", "Generation", "Networks", "Tokenization", "Checkpoint",
                "Devices", "ONNXRuntime", "Imaging",
            ]),
        library(
            "Captioning", "Blip",
            [
                "Captioning", "Generation", "Networks", "Tokenization", "Checkpoint", "Devices", "ONNXGraph",
                "ONNXRuntime", "Imaging",
            ]),
        library(
            "Captioning", "Blip2",
            [
                "Captioning", "Generation", "Networks", "Tokenization", "Checkpoint", "Devices", "ONNXGraph",
                "ONNXRuntime",
                "Imaging",
            ]),
        library(
            "Captioning", "Florence2",
            [
                "Captioning", "Generation", "Networks", "Tokenization", "Checkpoint", "Devices", "ONNXGraph",
                "ONNXRuntime", "Imaging",
            ]),
        // How a decoder generates text, whichever model it belongs to.
        library(
            "Captioning", "Generation",
            [
                "Randomness", "Captioning", "Networks", "Tokenization", "Checkpoint", "Devices", "ONNXGraph",
                "ONNXRuntime",
                "Imaging",
            ]),
        // What the networks have in common: layers, weights in few bits, compiling.
        library(
            "Captioning", "Networks",
            ["Checkpoint", "Devices", "ONNXGraph", "ONNXRuntime", "CKernels", "Concurrency", crypto]),
        library("Captioning", "Tokenization", ["Checkpoint"]),
        library("Captioning", "Checkpoint", ["CMappedFiles", crypto]),
        // One sentence where a file is cut short while it is mapped.
        cLibrary("Captioning", "CMappedFiles"),
        library(
            "Captioning", "Hub",
            [
                "Checkpoint", "Concurrency", asyncHTTPClient, crypto, nioCore, nioHTTP1, nioHTTPCompression, nioPosix,
                nioSSL,
            ]),
        // What computes the networks, and in which numbers.
        library("Runtime", "Devices", ["ONNXGraph", "ONNXRuntime"]),
        library("Runtime", "ONNXGraph", [crypto, swiftProtobuf], exclude: ["onnx.proto"]),
        library("Runtime", "ONNXRuntime", ["CONNXRuntime", "COperators", "CKernels"]),
        // The kernels as operators of ONNX Runtime.
        cLibrary("Runtime", "COperators", ["CONNXRuntime", "CKernels"]),
        // Arithmetic alone.
        cLibrary("Runtime", "CKernels"),
        cLibrary("Runtime", "CONNXRuntime"),
        // Random numbers that a seed repeats.
        library("Runtime", "Randomness"),
        // Colours as values: CIELAB, names, the dominant ones of some pixels.
        library("Media", "Colour", ["Randomness"]),
        library("Media", "Imaging", ["Colour", "CVips", "CImageCodecs", crypto]),
        // libjpeg and libtiff themselves, where libvips does not say enough. Both come with it.
        cLibrary("Media", "CImageCodecs", linking: ["jpeg", "tiff"]),
        // One of each: executor, semaphore, shared task, deadline, file lock, cache.
        library("Concurrency", "Concurrency"),
        .systemLibrary(
            name: "CTagLib", path: "Sources/Media/CTagLib", pkgConfig: "taglib",
            providers: [.apt(["libtag1-dev"]), .brew(["taglib"])]),
        .systemLibrary(
            name: "CVips", path: "Sources/Media/CVips", pkgConfig: "vips",
            providers: [.apt(["libvips-dev"]), .brew(["vips"])]),

        // The requests that no well-meaning client sends, and a client that sends them.
        .target(
            name: "BadRequests", dependencies: [nioCore, nioPosix], path: "Tests/BadRequests", exclude: ["Fixtures"],
            swiftSettings: settings),
        // A model that answers what a test wants, and what else the tests of several modules need.
        .target(
            name: "StandIns", dependencies: ["Captioning", "Checkpoint", "Imaging"], path: "Tests/StandIns",
            swiftSettings: settings),
        // The smallest captioner that there can be: docs/adding-a-captioner.md.
        .target(
            name: "MeanColour",
            dependencies: [
                "Captioning", "Generation", "Networks", "Tokenization", "Checkpoint", "Devices", "ONNXRuntime",
                "Imaging",
            ],
            path: "Tests/MeanColour", swiftSettings: settings),
        // Tiny checkpoints at work: what holds any captioner against transformers.
        .target(
            name: "CaptionerFixtures",
            dependencies: [
                "ModelRegistry", "Generation", "Tokenization", "Checkpoint", "Devices", "ONNXRuntime", "Randomness",
            ],
            path: "Tests/CaptionerFixtures", swiftSettings: settings),
        // A server that behaves like the Hugging Face Hub, or misbehaves as it is told.
        .target(
            name: "FakeHub", dependencies: [crypto, nioCore, nioHTTP1, nioPosix, nioSSL], path: "Tests/FakeHub",
            swiftSettings: settings),
        tests("ImageToSong", ["BadRequests", "FakeHub", "StandIns", nioCore], exclude: []),
        tests("Workbench", exclude: []),
        .testTarget(
            name: "LiveTests", dependencies: ["ImageToSong", "StandIns"],
            exclude: ["browser.py", "contrast.js", "description_test.py", "page_test.py", "server.py", "stand_in.py"],
            swiftSettings: settings),
        tests(
            "Server",
            [
                "BadRequests", "MeanColour", "StandIns", "Captioning", "ModelRegistry", "Devices", "Recommendation",
                "Serving", "Settings", "Observability",
                "Songs", "Imaging", "Randomness", httpTypes, hummingbird, hummingbirdTesting,
                hummingbirdCore, logging, metrics, nioCore, nioEmbedded, nioHTTP1, nioHTTPTypes,
                nioHTTPTypesHTTP1, nioPosix, serviceLifecycle,
            ],
            exclude: []),
        tests(
            "Recommendation",
            ["StandIns", "Serving", "Settings", "Songs", "Moods", "Imaging", "Colour", logging],
            exclude: []),
        tests(
            "Serving",
            [
                "StandIns", "Concurrency", "Captioning", "ModelRegistry", "Checkpoint", "Hub", "Imaging", coreMetrics,
                grdb, logging, metrics,
            ]),
        tests("Settings", ["Devices", "Imaging", configuration, logging], exclude: []),
        tests("Observability", ["StandIns", logging, metrics], exclude: []),
        tests("Concurrency", ["StandIns"], exclude: []),
        tests("MusicServices", ["StandIns", "Songs", logging, nioCore, nioHTTP1, nioPosix], exclude: []),
        tests("Songs", ["StandIns", "Moods", "Randomness", "CSongFiles", grdb]),
        tests("Moods", ["CSongFiles", "Colour"], exclude: []),
        tests("SentenceEmbedding", ["StandIns", "Networks", "Devices", "Tokenization"]),
        tests("Captioning", ["Imaging"], exclude: []),
        tests(
            "ModelRegistry",
            [
                "MeanColour", "StandIns", "Captioning", "Generation", "Blip2", "Tokenization", "Checkpoint", "Devices",
                "Imaging",
            ]),
        tests("Generation", ["StandIns", "Checkpoint", "Randomness"], exclude: []),
        tests(
            "Blip",
            [
                "CaptionerFixtures", "StandIns", "Captioning", "Generation", "Networks", "Tokenization", "Checkpoint",
                "Devices", "ModelRegistry", "Imaging", "ONNXRuntime",
            ], exclude: []),
        tests(
            "Blip2",
            [
                "CaptionerFixtures", "StandIns", "Randomness", "Captioning", "Generation", "Networks", "Tokenization",
                "Checkpoint", "Devices", "ModelRegistry", "Imaging", "ONNXRuntime",
            ],
            exclude: ["Configuration/Fixtures"]),
        tests(
            "Florence2",
            [
                "CaptionerFixtures", "StandIns", "Captioning", "ModelRegistry", "Generation", "Networks",
                "Tokenization", "Checkpoint", "Devices", "ONNXRuntime",
            ],
            exclude: []),
        tests("Tokenization"),
        tests("Checkpoint"),
        tests("Hub", ["Checkpoint", "Concurrency", "FakeHub", "StandIns"]),
        tests("Devices", ["ONNXRuntime"], exclude: []),
        tests("ONNXGraph", ["StandIns", "ONNXRuntime"], exclude: []),
        tests("ONNXRuntime", ["StandIns", "CONNXRuntime"]),
        tests("CKernels", ["Randomness"], exclude: []),
        tests("Randomness", exclude: []),
        tests("Colour"),
        tests("Imaging", ["Colour", "Randomness"]),
    ] + fuzzing
)
