// swift-tools-version: 6.2
import PackageDescription

// Layers, arrows only downwards (README, "How the code is laid out"). Exact versions: no lock file is committed.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "beacon",
    products: [
        .executable(name: "beacon", targets: ["beacon"]),
        .executable(name: "beaconctl", targets: ["beaconctl"]),
        .executable(name: "beacon-load", targets: ["beacon-load"]),
        .executable(name: "beacon-sim", targets: ["beacon-sim"]),
    ],
    traits: [
        .trait(name: "Snapshots", description: "SQLite snapshots for post-mortems (libsqlite3)."),
        .default(enabledTraits: ["Snapshots"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // C: what Glibc's Swift module does not show, and zlib.
        .target(name: "CLinux"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Pure: the words, bytes <-> values, decisions.
        .target(name: "BeaconBasics"),
        // The process's clocks, for the shells.
        .target(name: "BeaconClock", dependencies: ["BeaconBasics"]),
        // Results of the tools, as JSON and as aligned text.
        .target(name: "BeaconPrinting"),
        .target(name: "BeaconWire", dependencies: ["BeaconBasics"]),
        .target(
            name: "BeaconCrypto", dependencies: ["BeaconBasics", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "BeaconMembership", dependencies: ["BeaconBasics", "BeaconWire"]),
        .target(name: "BeaconDirectory", dependencies: ["BeaconBasics", "BeaconWire", "CZlib"]),
        .target(
            name: "BeaconCluster",
            dependencies: ["BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory"]),
        .target(
            name: "BeaconRelay", dependencies: ["BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconDirectory"]),
        .target(name: "BeaconHTTP"),
        .target(name: "BeaconJSON", dependencies: ["BeaconBasics"]),
        // Shells: each meets one part of the outside.
        .target(
            name: "BeaconDataPlane",
            dependencies: [
                "BeaconBasics", "BeaconClock", "BeaconWire", "BeaconCrypto", "BeaconDirectory", "BeaconRelay", "CLinux",
            ]),
        .target(
            name: "BeaconAdmin",
            dependencies: [
                "BeaconBasics", "BeaconHTTP", "BeaconRelay", "CZlib",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(
            name: "BeaconFleet",
            dependencies: [
                "BeaconBasics", "BeaconClock", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory",
                "BeaconCluster", "BeaconJSON",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // What an operator's tool asks the admin server, and how it shows the answers.
        .target(
            name: "BeaconControl",
            dependencies: [
                "BeaconBasics", "BeaconJSON",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        // What a beacon remembers for a post-mortem; with the trait Snapshots also as SQLite files.
        .target(
            name: "BeaconRecorder",
            dependencies: [
                "BeaconBasics", "BeaconJSON", "CZlib",
                .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["Snapshots"])),
                .product(name: "GRDBSQLite", package: "GRDB.swift", condition: .when(traits: ["Snapshots"])),
            ]),
        // What a snapshot tells an operator.
        .target(name: "BeaconPostMortem", dependencies: ["BeaconBasics", "BeaconPrinting", "BeaconRecorder"]),
        // The load tool's pure half (what is sent, what is counted, how it is shown), and its C shim.
        .target(
            name: "BeaconLoadKit",
            dependencies: [
                "BeaconBasics", "BeaconPrinting", .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),
        .target(name: "CLoad"),
        // The simulator of the whole fleet, and what it checks.
        .target(
            name: "BeaconSimKit",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory", "BeaconCluster",
                "BeaconRelay",
            ]),
        // Assembly: configuration -> running node.
        .target(
            name: "BeaconServer",
            dependencies: [
                "BeaconBasics", "BeaconClock", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory",
                "BeaconCluster", "BeaconRelay", "BeaconJSON", "BeaconDataPlane", "BeaconFleet",
                "BeaconAdmin", "BeaconRecorder", "CLinux", argumentParser, logging,
            ]),
        // Programs, thin.
        .executableTarget(name: "beacon", dependencies: ["BeaconServer", argumentParser]),
        .executableTarget(
            name: "beaconctl",
            dependencies: [
                "BeaconBasics", "BeaconControl", "BeaconPostMortem", "BeaconPrinting", "BeaconRecorder", argumentParser,
            ]),
        .executableTarget(
            name: "beacon-load",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconDirectory", "BeaconLoadKit", "BeaconPrinting", "CLinux", "CLoad",
                argumentParser,
            ]),
        .executableTarget(name: "beacon-floor"),
        .executableTarget(
            name: "beacon-sim",
            dependencies: ["BeaconBasics", "BeaconClock", "BeaconSimKit", "BeaconPrinting", argumentParser]),
        // Tests: one target a module.
        .target(
            name: "BeaconTestKit", dependencies: ["BeaconBasics", "BeaconDirectory"], path: "Tests/BeaconTestKit"),
        .target(name: "CMallocCount", path: "Tests/CMallocCount"),
        .testTarget(name: "BeaconBasicsTests", dependencies: ["BeaconBasics", "BeaconTestKit"]),
        .testTarget(name: "BeaconWireTests", dependencies: ["BeaconBasics", "BeaconWire", "BeaconTestKit"]),
        .testTarget(name: "BeaconCryptoTests", dependencies: ["BeaconBasics", "BeaconCrypto", "BeaconTestKit"]),
        .testTarget(
            name: "BeaconMembershipTests",
            dependencies: ["BeaconBasics", "BeaconWire", "BeaconMembership", "BeaconTestKit"]),
        .testTarget(
            name: "BeaconDirectoryTests",
            dependencies: ["BeaconBasics", "BeaconWire", "BeaconDirectory", "BeaconTestKit"]),
        .testTarget(
            name: "BeaconClusterTests",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory", "BeaconCluster",
                "BeaconTestKit",
            ]),
        .testTarget(
            name: "BeaconSimTests",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory", "BeaconCluster",
                "BeaconSimKit", "BeaconTestKit",
            ]),
        .testTarget(
            name: "BeaconRelayTests",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconDirectory", "BeaconRelay", "BeaconTestKit",
            ]),
        .testTarget(name: "BeaconHTTPTests", dependencies: ["BeaconBasics", "BeaconHTTP", "BeaconTestKit"]),
        .testTarget(name: "BeaconJSONTests", dependencies: ["BeaconBasics", "BeaconJSON"]),
        .testTarget(
            name: "BeaconFleetTests",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory", "BeaconCluster",
                "BeaconFleet", "BeaconTestKit",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .testTarget(
            name: "BeaconDataPlaneTests",
            dependencies: [
                "BeaconBasics", "BeaconClock", "BeaconWire", "BeaconCrypto", "BeaconDirectory", "BeaconRelay",
                "BeaconDataPlane", "CLinux", "BeaconTestKit",
            ]),
        .testTarget(
            name: "BeaconAdminTests",
            dependencies: [
                "BeaconBasics", "BeaconRelay", "BeaconHTTP", "BeaconAdmin", "BeaconTestKit", "CZlib",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        .testTarget(name: "BeaconControlTests", dependencies: ["BeaconBasics", "BeaconJSON", "BeaconControl"]),
        .testTarget(
            name: "BeaconRecorderTests",
            dependencies: ["BeaconBasics", "BeaconRecorder", "BeaconTestKit"]),
        .testTarget(
            name: "BeaconServerTests",
            dependencies: [
                "BeaconBasics", "BeaconCrypto", "BeaconMembership", "BeaconDirectory", "BeaconCluster", "BeaconFleet",
                "BeaconRelay", "BeaconJSON", "BeaconAdmin", "BeaconServer", "BeaconTestKit", logging,
            ]),
        .testTarget(
            name: "BeaconLoadTests",
            dependencies: [
                "BeaconBasics", "BeaconLoadKit", "BeaconPrinting", "BeaconTestKit", "beacon-load", "beacon-floor",
            ]),
        .testTarget(
            name: "BeaconPostMortemTests",
            dependencies: ["BeaconBasics", "BeaconPostMortem", "BeaconPrinting", "BeaconRecorder", "BeaconTestKit"]),
        .testTarget(name: "BeaconPrintingTests", dependencies: ["BeaconPrinting"]),
        .testTarget(name: "BeaconClockTests", dependencies: ["BeaconBasics", "BeaconClock"]),
        .testTarget(
            name: "BeaconAllocationTests",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconDirectory", "BeaconCluster", "BeaconRelay",
                "BeaconHTTP", "CMallocCount", "BeaconTestKit",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

/// Fuzz entries are built only for `ops/fuzz`: they need `--sanitize=fuzzer`, which brings its own `main`.
if Context.environment["BEACON_FUZZ"] != nil {
    let cluster: [Target.Dependency] = [
        "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconMembership", "BeaconDirectory", "BeaconCluster",
    ]
    package.targets += [
        .executableTarget(
            name: "FuzzFrames",
            dependencies: [
                "BeaconBasics", "BeaconWire", "BeaconCrypto", "BeaconDirectory", "BeaconRelay", "BeaconTestKit",
            ],
            path: "Tests/Fuzz/FuzzFrames"),
        .executableTarget(name: "FuzzSTUN", dependencies: ["BeaconBasics", "BeaconWire"], path: "Tests/Fuzz/FuzzSTUN"),
        .executableTarget(name: "FuzzHTTP", dependencies: ["BeaconHTTP"], path: "Tests/Fuzz/FuzzHTTP"),
        .executableTarget(name: "FuzzControl", dependencies: cluster, path: "Tests/Fuzz/FuzzControl"),
        .executableTarget(name: "FuzzCluster", dependencies: cluster, path: "Tests/Fuzz/FuzzCluster"),
    ]
}

for target in package.targets
where target.type != .system && !target.name.hasPrefix("C") && target.name != "beacon-floor" {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
        ]
}
