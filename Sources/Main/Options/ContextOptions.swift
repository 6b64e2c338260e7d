import Configuration
import Contexts
import Contracts
import DRContext
import Daemon
import FeedContext
import KepcoContext
import NotifyContext
import ResponseContext
import Workers

/// The settings of contexts: one that all have, and others' own.
enum ContextOptions {
    private static let all:
        [Context: (keys: [any ConfigurationOption], worker: @Sendable (Configuration) -> any Worker)] = [
            // The file is followed beside the worker, which reaches none.
            .dr: (MarketOptions.keys, { DRWorker(retention: RetentionOptions.retention($0)) }),
            .user: (UserOptions.keys, { UserOptions.worker($0) }),
            .response: (ResponseOptions.keys, { ResponseWorker(settings: ResponseOptions.settings($0)) }),
            .kepco: (KepcoOptions.keys, { KepcoWorker(settings: KepcoOptions.settings($0)) }),
            // The utility is asked beside the worker, which reaches none.
            .feed: (FeedOptions.keys, { FeedWorker(FeedOptions.settings($0)) }),
            // And so are receivers called.
            .notify: (NotifyOptions.keys, { NotifyWorker(NotifyOptions.settings($0)) }),
        ]

    static var keys: [any ConfigurationOption] { RetentionOptions.keys + Context.all.flatMap { all[$0]?.keys ?? [] } }

    static func keys(of context: Context) -> [any ConfigurationOption] {
        RetentionOptions.keys + (all[context]?.keys ?? [])
    }

    static func workers(_ configuration: Configuration) -> [any Worker] {
        Contexts.workers().map { worker in all[type(of: worker).context]?.worker(configuration) ?? worker }
    }

    /// - Parameter context: one of the list.
    static func worker(of context: Context, _ configuration: Configuration) -> any Worker {
        guard let worker = workers(configuration).first(where: { type(of: $0).context == context }) else {
            preconditionFailure("\(context) has a worker")
        }
        return worker
    }
}
