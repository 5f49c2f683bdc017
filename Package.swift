// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every target: Swift 6 mode, and the upcoming features that keep imports honest.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "image-to-song",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "image-to-song", targets: ["ImageToSong"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Imports point down this list only.
        .executableTarget(
            name: "ImageToSong",
            dependencies: [
                "Server", "Pipeline", "Blip2", "Checkpoint", "Imaging",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(
            name: "Server",
            dependencies: [
                "Pipeline",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "Pipeline",
            dependencies: [
                "Blip2", "Imaging",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(
            name: "Blip2", dependencies: ["Tokenization", "Checkpoint", "ONNXGraph", "ONNXRuntime"],
            swiftSettings: settings),
        .target(name: "Tokenization", swiftSettings: settings),
        .target(
            name: "Checkpoint", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(
            name: "ONNXGraph", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["onnx.proto"], swiftSettings: settings),
        .target(name: "ONNXRuntime", dependencies: ["CONNXRuntime"], swiftSettings: settings),
        .target(name: "CONNXRuntime"),
        .target(
            name: "Imaging", dependencies: ["CVips", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .systemLibrary(name: "CVips", pkgConfig: "vips", providers: [.apt(["libvips-dev"]), .brew(["vips"])]),
    ]
)
