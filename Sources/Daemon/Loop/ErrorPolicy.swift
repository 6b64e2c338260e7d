import Kafka
import SQLite
import Workers

/// What an error calls for: the one place that knows. No clock, no I/O.
enum ErrorPolicy {
    /// What was being done when the error came.
    enum Activity {
        /// Making the transactional producer.
        case connecting
        /// Reading the inputs: what the consumer tells beside records.
        case reading
        /// Reading a dead letter that is to be handled again.
        case readingDeadLetter
        /// Handling records and timers, saving, committing, aborting.
        case working(Work)
        /// Restoring files from their changelogs.
        case restoring
    }

    /// What is known of the work that an error has interrupted.
    struct Work {
        /// Partition of the record or timer being handled.
        var partition: Int32?
        /// Whether the partition's file was rebuilt from its changelog not long ago: what is wrong in it is wrong
        /// there.
        var isRebuilt = false
        /// Whether the open transaction is older than Kafka lets one become.
        var isOverdue = false
    }

    enum Decision: Equatable {
        /// It passes by itself or is tried again.
        case ignore
        /// The group went on without this member: nothing is handled until it assigns partitions again.
        case suspend
        /// The input is not readable: not ready until it is.
        case fault
        /// Whoever needs it is refused: a record becomes a dead letter, a timer fires again later.
        case reject
        /// The transaction has surely not happened, and the producer is still good.
        case abort
        /// A new producer, and the files follow Kafka again.
        case startOver(Cause)
        /// The file is damaged: it is rebuilt from its changelog.
        case rebuild(Int32)
        /// The consumer is of no more use: join the group again with a new one.
        case rejoin(ConsumerFailure)
        /// An operator must act.
        case refuse(StateError)

        /// Why work starts over, where nothing less will do.
        var cause: Cause { if case .startOver(let cause) = self { cause } else { .other } }
    }

    /// Why work starts over.
    enum Cause: Equatable {
        /// Brokers cannot be reached or are not ready.
        case unreachable
        /// An answer has not come in time: brokers may be there, and a partition without a leader or with too few
        /// replicas.
        case unanswered
        /// Kafka has aborted the transaction for its age.
        case slow
        /// Another producer has this one's transactional.id.
        case fenced
        /// This partition's file is damaged.
        case damaged(Int32?)
        case diskFull
        /// The outcome is unknown, or Kafka or a file did not take what was written.
        case other
    }

    static func decide(_ error: any Error, while activity: Activity) -> Decision {
        switch error {
        case let error as ConsumerFailure: return .rejoin(error)
        case let error as StateError: return .refuse(error)
        case let error as KafkaError: return decide(error, while: activity)
        default: break
        }
        switch activity {
        case .working(let work):
            if error is RowError { return work.isRebuilt ? .reject : .startOver(.damaged(work.partition)) }
            guard let error = error as? SQLiteError else { return .startOver(.other) }
            if error.isCorrupt { return .startOver(.damaged(StateDirectory.partition(of: error) ?? work.partition)) }
            return .startOver(error.isFull ? .diskFull : .other)
        case .restoring:
            if let error = error as? SQLiteError, error.isCorrupt || error.isNotADatabase,
                let partition = StateDirectory.partition(of: error)
            {
                return .rebuild(partition)
            }
            return .ignore
        case .connecting, .reading, .readingDeadLetter: return .startOver(.other)
        }
    }

    private static func decide(_ error: KafkaError, while activity: Activity) -> Decision {
        switch activity {
        case .connecting, .restoring: .ignore
        case .reading:
            if error.severity == .fatal {
                .rejoin(ConsumerFailure(error))
            } else if error.isOffsetOutOfRange {
                .refuse(.recordsGone(error.reason))
            } else if error.isInputFault {
                .fault
            } else {
                error.isMembership ? .suspend : .ignore
            }
        case .readingDeadLetter: error.isInputFault ? .reject : .startOver(cause(error, isOverdue: false))
        case .working(let work):
            // Not after a record that Kafka refused: librdkafka, on all versions up to 2.16, goes on behind its
            // sequence number. What the producer sends next to that partition is out of order.
            if error.severity == .abortable, error.isMembership {
                .abort
            } else {
                .startOver(cause(error, isOverdue: work.isOverdue))
            }
        }
    }

    private static func cause(_ error: KafkaError, isOverdue: Bool) -> Cause {
        if error.isFenced { return isOverdue ? .slow : .fenced }
        if error.severity == .retriable { return .unreachable }
        return error.isTimeout ? .unanswered : .other
    }
}

/// The consumer cannot go on: a new one has to be made.
struct ConsumerFailure: Error, Equatable {
    let reason: String
    /// Another member has the same name.
    let isDouble: Bool

    init(reason: String) { (self.reason, isDouble) = (reason, false) }
    init(_ error: KafkaError) { (reason, isDouble) = (error.description, error.code == .fencedInstanceID) }
}

extension KafkaError {
    /// A batch that cannot be unpacked, a right that is missing, a topic that is gone: an input, or a part of it,
    /// cannot be read.
    var isInputFault: Bool { isUnreadable || isMissingRight || isUnknownTopic }
}
