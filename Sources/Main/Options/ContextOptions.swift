import Configuration
import Contexts
import Contracts
import DRContext
import Daemon
import KepcoContext
import ResponseContext
import Telemetry
import Workers

/// A context as it is configured: its worker, and what makes its calls to the outside.
struct ConfiguredContext {
    /// What makes them: the loop hands them over, and it works beside the daemon.
    typealias Client = any Outside & Serving

    let worker: any Worker
    /// nil where it makes none, or where there is nobody to call.
    var client: ((KafkaOptions, MetricsRegistry, Logger) -> Client)?
    /// What is logged where there is nobody to call, and what to do about it.
    var lack: (message: StaticString, remedy: String)?
}

/// What the commands know of contexts: settings that all have, and each one's own.
struct ContextOptions: Sendable {
    private let own: [any ConfigurationOption]
    /// What its daemon's help says beside what all daemons' helps say.
    let about: String?
    let example: String?
    let commands: [CommandDeclaration]
    /// What cannot work is an error here, before anything has begun.
    let configure: @Sendable (Configuration) throws -> ConfiguredContext

    private init(
        _ own: [any ConfigurationOption], about: String? = nil, example: String? = nil,
        commands: [CommandDeclaration] = [],
        _ configure: @escaping @Sendable (Configuration) throws -> ConfiguredContext
    ) {
        (self.own, self.about, self.example, self.commands, self.configure) = (own, about, example, commands, configure)
    }

    private static let all: [Context: ContextOptions] = [
        // The file is followed beside the worker, which reaches none.
        .dr: ContextOptions(MarketOptions.keys) {
            ConfiguredContext(worker: DRWorker(retention: RetentionOptions.retention($0)))
        },
        .user: ContextOptions(UserOptions.keys) { ConfiguredContext(worker: UserOptions.worker($0)) },
        .response: ContextOptions(ResponseOptions.keys) {
            ConfiguredContext(worker: ResponseWorker(settings: ResponseOptions.settings($0)))
        },
        .kepco: ContextOptions(KepcoOptions.keys) {
            ConfiguredContext(worker: KepcoWorker(settings: KepcoOptions.settings($0)))
        },
        .feed: ContextOptions(
            FeedOptions.keys, about: FeedCommand.about, example: FeedCommand.example, commands: [FeedCommand.file]
        ) { try FeedOptions.configured($0) },
        .notify: ContextOptions(NotifyOptions.keys, about: NotifyCommand.about, example: NotifyCommand.example) {
            try NotifyOptions.configured($0)
        },
    ]

    /// One that is not in the list has its defaults, and no settings of its own.
    static func of(_ context: Context) -> ContextOptions {
        all[context]
            ?? ContextOptions([]) { _ in
                guard let worker = Contexts.workers().first(where: { type(of: $0).context == context }) else {
                    preconditionFailure("\(context) has a worker")
                }
                return ConfiguredContext(worker: worker)
            }
    }

    var keys: [any ConfigurationOption] { RetentionOptions.keys + own }

    /// Of all contexts together.
    static var keys: [any ConfigurationOption] { RetentionOptions.keys + Context.all.flatMap { of($0).own } }
}
