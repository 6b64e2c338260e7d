// swift-tools-version: 6.3
import PackageDescription

/// A library of the system's, and what it is called on Debian and Ubuntu, and on Fedora. scripts/setup knows how old it
/// may be.
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
func context(_ name: String) -> [Target] {
    let own: [Target.Dependency] =
        switch name {
        case "DRContext", "KepcoContext": ["Baselines", "Market"]
        case "FeedContext": ["Baselines"]
        default: []
        }
    return module(
        name, own + ["Contracts", "Workers", "JSON", "Time"], tests: ["Schemas", "WorkersTesting", "Chance"])
}

/// librdkafka makes and frees messages on different threads, for which glibc's malloc takes a sixth of the time. Not
/// where a sanitizer brings its own.
let allocator: [LinkerSetting] = [.linkedLibrary("jemalloc", .when(configuration: .release))]

/// What tests alone use; it has no tests of its own.
func testing(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)")
}

/// All bounded contexts.
let contexts = ["DRContext", "UserContext", "ResponseContext", "KepcoContext", "FeedContext", "NotifyContext"]
let allContexts = contexts.map { Target.Dependency.byName(name: $0) }

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
        system("CExpat", "expat", apt: "libexpat1-dev", yum: "expat-devel"),
        .target(name: "Chance"),
    ]
        + module("Time")
        + module("Threads")
        + module("Configuration")
        + module("JSON", ["Time"])
        + module("Telemetry", ["Time"], tests: ["Threads", "TelemetryTesting", "TestTraits"])
        + module("SQLite", ["CSQLite"])
        + module("HTTP", ["CMicroHTTPD", "Threads"], tests: ["RealKafka"])
        + module("HTTPClient", ["CCurl"], tests: ["HTTP", "RealKafka"])
        + module("Calls", ["HTTPClient", "Time"], tests: ["Chance"])
        + module("XML", ["CExpat"])
        + module("JWT", ["COpenSSL", "JSON"], tests: ["Tokens"])
        + module("Signing", ["COpenSSL"])
        + module("Webhooks", ["COpenSSL", "JSON", "Signing"])
        + module("AnswerLinks", ["Contracts", "Webhooks"])
        + module("Simulators", ["HTTP", "Threads"], tests: ["HTTPClient"])
        + module(
            "WebhookReceiver", ["Chance", "HTTP", "JSON", "Simulators", "Time", "Webhooks"], tests: ["HTTPClient"])
        + module(
            "Kafka", ["CRdKafka", "Telemetry", "Threads"],
            tests: ["RealKafka", "KafkaTesting", "TelemetryTesting", "Contracts"])
        + module("Contracts", ["JSON", "Time"], tests: ["Schemas"])
        + module("Baselines", ["Contracts", "JSON", "Time"])
        + module("Market", ["Baselines", "Configuration", "Contracts", "JSON"])
        + module("Settlement", ["Baselines", "Configuration", "Contracts", "JSON", "Market"])
        + module(
            "Meters", ["Baselines", "Contracts", "JSON", "Market", "Signing", "Time", "XML"], tests: ["Chance"])
        + module(
            "MeterSimulator", ["Baselines", "Calls", "Chance", "HTTP", "JSON", "Meters", "Simulators", "Time"],
            tests: ["Contracts", "HTTPClient"])
        + module("Workers", ["Contracts", "JSON", "Time"], tests: ["WorkersTesting", "Chance", "TestTraits"])
        + contexts.flatMap(context)
        + module("Contexts", allContexts + ["Contracts", "Workers"], tests: ["Schemas", "WorkersTesting"])
        + module(
            "Daemon",
            [
                "Kafka", "SQLite", "HTTP", "HTTPClient", "JWT", "Telemetry", "Workers", "Contracts", "JSON", "Threads",
                "Time", "XML",
            ],
            tests: ["RealKafka", "Schemas", "KafkaTesting", "TelemetryTesting", "Chance", "TestTraits"])
        + module(
            "OutsideClient",
            ["Calls", "Contracts", "Daemon", "HTTPClient", "JSON", "Kafka", "Telemetry", "Threads", "Workers"],
            tests: ["TelemetryTesting"])
        + module(
            "Feed",
            [
                "Baselines", "Calls", "Contracts", "Daemon", "FeedContext", "HTTPClient", "JSON", "Meters",
                "OutsideClient", "Telemetry", "Time", "Workers",
            ],
            tests: [
                "Contexts", "HTTP", "KepcoContext", "MeterSimulator", "OutsideTesting", "RealKafka", "Schemas",
                "Simulation", "Simulators", "TelemetryTesting",
            ])
        + module(
            "Notify",
            [
                "AnswerLinks", "Calls", "Contracts", "Daemon", "HTTPClient", "JSON", "NotifyContext", "OutsideClient",
                "Signing",
                "Telemetry", "Time", "Webhooks", "Workers",
            ],
            tests: [
                "HTTP", "OutsideTesting", "RealKafka", "Schemas", "Simulators", "TelemetryTesting", "WebhookReceiver",
            ])
        + module(
            "Views", ["Daemon", "Contracts", "Kafka", "SQLite", "Telemetry", "Threads"],
            tests: ["RealKafka", "KafkaTesting", "TelemetryTesting"])
        + module(
            "Gateway",
            [
                "AnswerLinks", "Calls", "GatewayWeb", "Views", "Daemon", "Configuration", "Kafka", "SQLite", "HTTP",
                "JWT", "HTTPClient", "Signing",
                "Telemetry", "Contracts", "JSON", "Threads",
            ],
            tests: allContexts + [
                "Contexts", "RealKafka", "Schemas", "Tokens", "Workers", "KafkaTesting", "TelemetryTesting",
                "Baselines", "Market",
            ])
        + module(
            "Simulation",
            [
                "Baselines", "Chance", "Contracts", "JSON", "Kafka", "Market", "MeterSimulator", "Telemetry", "Time",
            ],
            tests: ["Contexts", "FeedContext", "KepcoContext", "NotifyContext", "Workers", "WorkersTesting", "Schemas"])
        + [
            .executableTarget(
                name: "Main",
                dependencies: [
                    "AnswerLinks", "Baselines", "Daemon", "Feed", "FeedContext", "Gateway", "HTTPClient", "Simulation",
                    "Kafka",
                    "SQLite", "Telemetry",
                    "Workers", "Market", "DRContext", "Settlement", "HTTP", "Meters", "MeterSimulator", "Time",
                    "Notify", "NotifyContext", "Simulators", "WebhookReceiver", "Webhooks",
                    "Configuration", "Contexts", "Contracts", "JSON", "ResponseContext", "KepcoContext", "UserContext",
                    "Threads",
                ],
                linkerSettings: allocator),
            .testTarget(
                name: "MainTests",
                dependencies: [
                    "Main", "Baselines", "Configuration", "Daemon", "Threads", "SQLite", "Kafka", "Telemetry",
                    "Contexts",
                    "Contracts", "Workers",
                    "KepcoContext", "Market", "DRContext", "Settlement",
                    "ResponseContext", "UserContext", "RealKafka", "Schemas", "JSON", "HTTP", "KafkaTesting",
                    "TelemetryTesting",
                ]),
            // Rows and messages of released versions: read by this one, and what this one writes by them.
            .testTarget(
                name: "RowsTests",
                dependencies: [
                    "Contexts", "ResponseContext", "UserContext", "Contracts", "Daemon", "JSON", "Market", "Schemas",
                    "Workers", "WorkersTesting",
                ]),
            // The pages, as bytes of the program.
            .target(
                name: "GatewayWeb", path: "Sources/Gateway/Web", exclude: ["screenshots"],
                resources: [.embedInCode("Pages")]),
            // A JSON Schema validator over topics/, and a real Kafka with daemons as processes.
            testing("Schemas"),
            testing("RealKafka"),
            // An issuer of tokens, good ones and others.
            testing("Tokens", ["COpenSSL"]),
            testing("KafkaTesting", ["CRdKafka", "Kafka"]),
            testing("TelemetryTesting", ["Telemetry"]),
            // Daemons and their clients to the outside, at work on an embedded broker.
            testing(
                "OutsideTesting",
                ["Contracts", "Daemon", "Kafka", "RealKafka", "Telemetry", "TelemetryTesting", "Threads", "Workers"]),
            // How tests share the machine's threads.
            testing("TestTraits"),
            // Workers in memory, in any order of records.
            testing("WorkersTesting", ["Chance", "Contracts", "Workers"]),
            // The same loop on a bare task, and what measures daemons: scripts/bench.
            .executableTarget(
                name: "Benchmark",
                dependencies: [
                    "Daemon", "Workers", "Contracts", "JSON", "Kafka", "SQLite", "Telemetry", "Views", "Threads",
                    "DRContext",
                    "ResponseContext", "UserContext", "Contexts",
                ], path: "Tests/Benchmark", linkerSettings: allocator),
            // Mutated records for all workers, and requests for a gateway: a program for millions of them, and tests
            // for some.
            .executableTarget(
                name: "Fuzz",
                dependencies: [
                    "AnswerLinks", "Chance", "Contexts", "ResponseContext", "Contracts", "Daemon", "JSON", "RealKafka",
                    "Schemas",
                    "Baselines", "Market", "Meters", "Threads", "Time",
                    "Tokens", "Workers", "WorkersTesting",
                ], path: "Tests/Fuzz"),
            .testTarget(
                name: "FuzzTests",
                dependencies: [
                    "Fuzz", "Baselines", "Chance", "Contexts", "Contracts", "JSON", "Meters", "RealKafka", "Schemas",
                    "Workers",
                    "WorkersTesting",
                ]),
        ]
)

for target in package.targets where target.name == "Gateway" { target.exclude = ["Web"] }
// The market and the terms of settlement that hold until others are named, as bytes of the program.
for target in package.targets where ["Market", "Settlement"].contains(target.name) {
    target.resources = [.embedInCode("Resources")]
}

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
