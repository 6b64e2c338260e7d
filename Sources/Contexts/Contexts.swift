import DRContext
import FeedContext
import KepcoContext
import NotifyContext
import ResponseContext
import UserContext
package import Workers

/// Every context's worker. This list, the one of targets in `Package.swift` and the one of topics in `Topic.all` are
/// all that a further context has to be put into; ContextsTests say which of them lacks it.
package enum Contexts {
    /// With their default settings, but for those that are given.
    package static func workers(_ given: any Worker...) -> [any Worker] {
        let all: [any Worker] = [
            DRWorker(), UserWorker(), ResponseWorker(), KepcoWorker(), FeedWorker(), NotifyWorker(),
        ]
        return all.map { worker in given.first { type(of: $0) == type(of: worker) } ?? worker }
    }

    package static var types: [any Worker.Type] { workers().map { type(of: $0) } }
}
