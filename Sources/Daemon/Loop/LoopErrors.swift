import Kafka
import Telemetry
import Workers

/// Does what the policy says of an error.
extension Loop {
    /// After an error of a turn.
    /// - Throws: what a turn cannot get over.
    func recover(from error: any Error) throws {
        if let error = error as? KafkaError { status.failed(error) }
        let activity = activity
        switch ErrorPolicy.decide(error, while: activity) {
        case .refuse(let refusal): throw refusal
        case .rejoin(let failure): throw failure
        case .abort:
            do { try abort(after: error) } catch {
                try startOver(after: error, ErrorPolicy.decide(error, while: activity).cause)
            }
        case let decision: try startOver(after: error, decision.cause)
        }
    }

    /// Whether whoever needs a row that cannot be read is refused for it.
    func isRejected(_ error: RowError) -> Bool { ErrorPolicy.decide(error, while: activity) == .reject }

    /// The work that is going on.
    private var activity: ErrorPolicy.Activity {
        var work = ErrorPolicy.Work()
        if let began = transaction?.began, let partition = transaction?.partition {
            let now = surroundings.now
            work.partition = partition
            work.isRebuilt = rebuilds.isRecent(partition, at: now)
            work.isOverdue = now - began > settings.transactionTimeout
        }
        return .working(work)
    }

    /// After an error that the consumer tells of.
    func judge(readingError error: KafkaError) throws {
        let decision = ErrorPolicy.decide(error, while: .reading)
        switch decision {
        case .rejoin(let failure): throw failure
        case .refuse(let refusal): throw refusal
        default: status.failed(error)
        }
        switch decision {
        case .fault: faults.note(error, at: surroundings.now, log)
        case .suspend:
            log.warning("the group continued without this member: rejoining", ["reason": error.reason])
            suspend()
        default: explain(readingError: error)
        }
    }

    private func explain(readingError error: KafkaError) {
        if !consumer.reachesBroker(milliseconds: 200) {
            status.unreachable(error.reason, log)
        } else if error.isConnection || error.isTimeout {
            // One broker of several, or a connection that was idle.
            log.debug("a connection has ended", ["reason": error.reason])
        } else {
            log.warning("librdkafka reports an error while reading", ["reason": error.reason, "code": error.name])
        }
    }
}
