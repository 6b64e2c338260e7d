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
func context(_ name: String) -> [Target] { module(name, ["Contracts", "Workers", "JSON", "Time"], tests: ["Schemas"]) }

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
        + module("Time")
        + module("Threads")
        + module("Configuration")
        + module("JSON", ["Time"])
        + module("Telemetry", ["Time"], tests: ["Threads"])
        + module("SQLite", ["CSQLite"])
        + module("HTTP", ["CMicroHTTPD"], tests: ["Threads"])
        + module("HTTPClient", ["CCurl"], tests: ["HTTP"])
        + module("JWT", ["COpenSSL", "JSON"], tests: ["Tokens"])
        + module("Kafka", ["CRdKafka", "Telemetry", "Threads"], tests: ["RealKafka", "Contracts"])
        + module("Contracts", ["JSON", "Time"], tests: ["Schemas"])
        + module("Workers", ["Contracts", "JSON", "Time"])
        + context("DRContext")
        + context("UserContext")
        + context("ResponseContext")
        + context("KepcoContext")
        + module(
            "Daemon",
            [
                "Kafka", "SQLite", "HTTP", "HTTPClient", "JWT", "Telemetry", "Workers", "Contracts", "JSON", "Threads",
                "Time",
            ],
            tests: ["RealKafka", "Schemas"])
        + module(
            "Views", ["Daemon", "Contracts", "Kafka", "SQLite", "Telemetry", "Threads"], tests: ["RealKafka"])
        + module(
            "Gateway",
            [
                "GatewayWeb", "Views", "Daemon", "Configuration", "Kafka", "SQLite", "HTTP", "JWT", "HTTPClient",
                "Telemetry", "Contracts", "JSON", "Threads",
            ],
            tests: contexts + ["RealKafka", "Schemas", "Tokens", "Workers"])
        + module(
            "Simulation", ["Contracts", "JSON", "Kafka", "Telemetry", "Time"], tests: contexts + ["Workers", "Schemas"])
        + [
            .executableTarget(
                name: "Main",
                dependencies: [
                    "Configuration", "Daemon", "Gateway", "HTTPClient", "Simulation", "Kafka", "SQLite", "Telemetry",
                    "Workers", "Contracts", "JSON", "Threads",
                ]
                    + contexts),
            .executableTarget(
                name: "Benchmark",
                dependencies: [
                    "Daemon", "Workers", "Contracts", "JSON", "Kafka", "SQLite", "Telemetry", "Views", "Threads",
                    "DRContext",
                    "ResponseContext", "UserContext",
                ]),
            .testTarget(
                name: "MainTests",
                dependencies: [
                    "Main", "Configuration", "Daemon", "SQLite", "Kafka", "Telemetry", "Contracts", "Workers",
                    "KepcoContext", "ResponseContext", "RealKafka", "Schemas", "JSON", "HTTP", "Threads",
                ]),
            // Rows and messages of released versions: read by this one, and what this one writes by them.
            .testTarget(
                name: "RowsTests", dependencies: contexts + ["Contracts", "Daemon", "JSON", "Schemas", "Workers"]),
            // The pages, as bytes of the program.
            .target(name: "GatewayWeb", path: "Sources/Gateway/Web", resources: [.embedInCode("Pages")]),
            // What tests share: a JSON Schema validator over topics/, and a real Kafka with daemons as processes.
            .target(name: "Schemas", path: "Tests/Schemas"),
            .target(name: "RealKafka", path: "Tests/RealKafka"),
            // An issuer of tokens, good ones and others.
            .target(name: "Tokens", dependencies: ["COpenSSL"], path: "Tests/Tokens"),
            // Mutated records for the four workers: a program for millions of them, and tests for some.
            .executableTarget(
                name: "Fuzz", dependencies: contexts + ["Contracts", "JSON", "Schemas", "Time", "Workers"],
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
