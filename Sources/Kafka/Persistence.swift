import CRdKafka
import Glibc

/// How long a call is made again while a broker answers that it is not ready: leaders are being chosen, coordinators
/// load. That passes by itself. That nobody answers is another thing, and is not waited for here.
package struct Persistence: Sendable {
    let limit: Duration
    /// Is told once what is waited for, if that takes longer than `quiet`.
    let report: @Sendable (KafkaError) -> Void
    var quiet = Duration.seconds(2)

    /// Tries for so long in all.
    package init(_ limit: Duration, _ report: @escaping @Sendable (KafkaError) -> Void = { _ in }) {
        (self.limit, self.report) = (limit, report)
    }

    /// For a daemon, which asks again by itself.
    package static let none = Persistence(.zero)

    /// For a tool, which someone looks at.
    package static let tool = Persistence(.seconds(30)) { error in
        let line = "Kafka is not ready yet, trying for up to 30 s: \(error)\n"
        _ = unsafe line.utf8.withContiguousStorageIfAvailable { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// - Parameter alsoUnknown: whether a topic or partition that is not known may become so: someone has seen it.
    func run<Result>(
        alsoUnknown: Bool = false, _ call: () throws(KafkaError) -> Result
    ) throws(KafkaError) -> Result {
        let start = ContinuousClock.now
        var isReported = false
        while true {
            do throws(KafkaError) { return try call() } catch {
                let waited = ContinuousClock.now - start
                guard error.isUnready || alsoUnknown && error.isUnknownTopic, waited < limit else { throw error }
                if waited >= quiet, !isReported {
                    isReported = true
                    report(error)
                }
                usleep(100_000)
            }
        }
    }
}
