// swift-tools-version: 6.3
import PackageDescription

/// A library of the system's, and what it is called on Debian and Ubuntu, and on Fedora. scripts/setup knows how old it may be.
func system(_ name: String, _ pkgConfig: String, apt: String, yum: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .yum([yum])])
}

/// A target and its tests, which see all that it sees.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], tests: [Target.Dependency] = []) -> [Target] {
    [
        .target(name: name, dependencies: dependencies),
        .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies + tests),
    ]
}

/// A bounded context: rules, rows and a worker. It reaches neither Kafka nor files nor the clock.
func context(_ name: String) -> [Target] { module(name, ["Contracts", "Workers", "JSON"], tests: ["Schemas"]) }

/// librdkafka makes and frees messages on different threads, for which glibc's malloc takes a sixth of the time. Not where a sanitizer
/// brings its own.
let allocator: [LinkerSetting] = [.linkedLibrary("jemalloc", .when(configuration: .release))]

let contexts: [Target.Dependency] = ["DRContext", "UserContext", "ResponseContext", "KepcoContext"]

let package = Package(
    name: "negawatt",
    products: [
        .executable(name: "negawatt", targets: ["Main"]),
        .executable(name: "benchmark", targets: ["Benchmark"]),
    ],
    targets: [
        system("CRdKafka", "rdkafka", apt: "librdkafka-dev", yum: "librdkafka-devel"),
        system("CSQLite", "sqlite3", apt: "libsqlite3-dev", yum: "sqlite-devel"),
        system("CMicroHTTPD", "libmicrohttpd", apt: "libmicrohttpd-dev", yum: "libmicrohttpd-devel"),
        system("COpenSSL", "libcrypto", apt: "libssl-dev", yum: "openssl-devel"),
        system("CCurl", "libcurl", apt: "libcurl4-openssl-dev", yum: "libcurl-devel"),
    ]
        + module("JSON")
        + module("Telemetry")
        + module("SQLite", ["CSQLite"])
        + module("HTTP", ["CMicroHTTPD"], tests: ["RealKafka"])
        + module("HTTPClient", ["CCurl"], tests: ["HTTP"])
        + module("JWT", ["COpenSSL", "JSON"], tests: ["Tokens"])
        + module("Kafka", ["CRdKafka", "Telemetry"], tests: ["RealKafka", "Contracts"])
        + module("Contracts", ["JSON"], tests: ["Schemas"])
        + module("Workers", ["Contracts", "JSON"])
        + context("DRContext")
        + context("UserContext")
        + context("ResponseContext")
        + context("KepcoContext")
        + module(
            "Daemon", ["Kafka", "SQLite", "HTTP", "HTTPClient", "JWT", "Telemetry", "Workers", "Contracts", "JSON"],
            tests: ["RealKafka", "Schemas"])
        + module(
            "Views", ["Daemon", "Contracts", "Kafka", "SQLite", "Telemetry"], tests: ["RealKafka"])
        + module(
            "Gateway",
            [
                "GatewayWeb", "Views", "Daemon", "Kafka", "SQLite", "HTTP", "JWT", "HTTPClient", "Telemetry",
                "Contracts", "JSON",
            ],
            tests: contexts + ["RealKafka", "Schemas", "Tokens", "Workers"])
        + module("Simulation", ["Contracts", "JSON", "Kafka", "Telemetry"], tests: contexts + ["Workers", "Schemas"])
        + [
            .executableTarget(
                name: "Main",
                dependencies: [
                    "Daemon", "Gateway", "HTTPClient", "Simulation", "Kafka", "SQLite", "Telemetry", "Workers",
                    "Contracts", "JSON",
                ]
                    + contexts,
                linkerSettings: allocator),
            .executableTarget(
                name: "Benchmark",
                dependencies: [
                    "Daemon", "Workers", "Contracts", "JSON", "Kafka", "SQLite", "Telemetry", "Views", "DRContext",
                    "ResponseContext", "UserContext",
                ],
                linkerSettings: allocator),
            .testTarget(
                name: "MainTests",
                dependencies: [
                    "Main", "Daemon", "SQLite", "Kafka", "Telemetry", "Contracts", "Workers", "KepcoContext",
                    "ResponseContext",
                    "RealKafka", "Schemas", "JSON", "HTTP",
                ]),
            // Rows and messages of released versions: read by this one, and what this one writes by them.
            .testTarget(
                name: "RowsTests", dependencies: contexts + ["Contracts", "Daemon", "JSON", "Schemas", "Workers"]),
            // The pages, as bytes of the program.
            .target(
                name: "GatewayWeb", path: "Sources/Gateway/Web", exclude: ["screenshots"],
                resources: [.embedInCode("Pages")]),
            // What tests share: a JSON Schema validator over topics/, and a real Kafka with daemons as processes.
            .target(name: "Schemas", path: "Tests/Schemas"),
            .target(name: "RealKafka", path: "Tests/RealKafka"),
            // An issuer of tokens, good ones and others.
            .target(name: "Tokens", dependencies: ["COpenSSL"], path: "Tests/Tokens"),
            // Mutated records for the four workers, and requests for a gateway: a program for millions of them, and tests for some.
            .executableTarget(
                name: "Fuzz",
                dependencies: contexts + ["Contracts", "Daemon", "JSON", "RealKafka", "Schemas", "Tokens", "Workers"],
                path: "Tests/Fuzz"),
            .testTarget(
                name: "FuzzTests", dependencies: contexts + ["Fuzz", "Contracts", "JSON", "Schemas", "Workers"]),
        ]
)

for target in package.targets where target.name == "Gateway" { target.exclude = ["Web"] }

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    // What a release does not have: steps at which tests end the process.
    .define("CRASH_POINTS", .when(configuration: .debug)),
    .treatAllWarnings(as: .error),
]
for target in package.targets where target.type != .system { target.swiftSettings = settings }
