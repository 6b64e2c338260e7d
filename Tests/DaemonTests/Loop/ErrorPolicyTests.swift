import JSON
import Kafka
import Testing

@testable import Daemon
@testable import SQLite
@testable import Workers

/// What each error calls for, by what was being done. No clock, no I/O.
@Suite struct ErrorPolicyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let error: any Error
        let activity: ErrorPolicy.Activity
        let decision: ErrorPolicy.Decision

        init(_ error: any Error, while activity: ErrorPolicy.Activity, _ decision: ErrorPolicy.Decision) {
            (self.error, self.activity, self.decision) = (error, activity, decision)
        }

        var testDescription: String { "\(error) while \(activity): \(decision)" }
    }

    private static let work = ErrorPolicy.Activity.working(.init(partition: 3))
    private static let activities: [ErrorPolicy.Activity] = [
        .connecting, .reading, .readingDeadLetter, work, .restoring,
    ]

    /// By librdkafka's number.
    private static func kafka(_ code: Int32, _ severity: KafkaError.Severity = .retriable) -> KafkaError {
        KafkaError(code: KafkaError.Code(rawValue: code), severity, reason: "so it is")
    }

    private static func file(_ code: Int32, _ path: String? = nil) -> SQLiteError {
        unsafe SQLiteError(code, of: nil, path: path)
    }

    private static let (corrupt, notADatabase, full, busy): (Int32, Int32, Int32, Int32) = (11, 26, 13, 5)
    private static let row = RowError(table: "users", key: "kim", reason: JSONError(field: "point", .missing))
    private static let (damaged, noRight, noTopic): (Int32, Int32, Int32) = (-199, 29, 3)
    private static let (illegalGeneration, unknownMember, polledTooLate): (Int32, Int32, Int32) = (22, 25, -147)
    private static let (connectionLost, offsetGone, fencedProducer, messageTimedOut): (Int32, Int32, Int32, Int32) = (
        -195, -140, -144, -192
    )

    @Test(arguments: [
        // Only a refusal by the group leaves the producer as it was.
        Row(kafka(illegalGeneration, .abortable), while: work, .abort),
        Row(kafka(unknownMember, .abortable), while: work, .abort),
        Row(kafka(illegalGeneration, .fatal), while: work, .startOver(.other)),
        Row(kafka(messageTimedOut, .abortable), while: work, .startOver(.unanswered)),
        Row(kafka(connectionLost), while: work, .startOver(.unreachable)),
        Row(kafka(-185), while: work, .startOver(.unreachable)),
        Row(kafka(-172, .fatal), while: work, .startOver(.other)),
        Row(kafka(noRight, .fatal), while: work, .startOver(.other)),
        Row(kafka(fencedProducer, .fatal), while: work, .startOver(.fenced)),
        Row(kafka(fencedProducer, .fatal), while: .working(.init(partition: 3, isOverdue: true)), .startOver(.slow)),
        Row(kafka(connectionLost), while: .working(.init(isOverdue: true)), .startOver(.unreachable)),
    ]) func `what Kafka does not take`(_ row: Row) { check(row) }

    @Test(arguments: [
        Row(row, while: work, .startOver(.damaged(3))),
        Row(row, while: .working(.init(partition: 3, isRebuilt: true)), .reject),
        Row(file(corrupt, "/state/user/12.sqlite"), while: work, .startOver(.damaged(12))),
        Row(file(corrupt), while: work, .startOver(.damaged(3))),
        Row(file(full), while: work, .startOver(.diskFull)),
        Row(file(busy), while: work, .startOver(.other)),
        Row(file(corrupt, "/state/user/12.sqlite"), while: .restoring, .rebuild(12)),
        Row(file(notADatabase, "/state/user/12.sqlite.building"), while: .restoring, .rebuild(12)),
        Row(file(corrupt, "/state/user/other"), while: .restoring, .ignore),
        Row(file(full, "/state/user/12.sqlite"), while: .restoring, .ignore),
        Row(RestoreJob.Overtaken(partition: 1), while: .restoring, .ignore),
    ]) func `what a file does not take`(_ row: Row) { check(row) }

    @Test(arguments: [
        Row(kafka(82, .fatal), while: .reading, .rejoin(ConsumerFailure(kafka(82, .fatal)))),
        Row(kafka(-140, .retriable), while: .reading, .refuse(.recordsGone("so it is"))),
        Row(kafka(damaged), while: .reading, .fault),
        Row(kafka(noRight), while: .reading, .fault),
        Row(kafka(noTopic), while: .reading, .fault),
        Row(kafka(polledTooLate), while: .reading, .suspend),
        Row(kafka(27), while: .reading, .suspend),
        Row(kafka(connectionLost), while: .reading, .ignore),
    ]) func `what the consumer tells`(_ row: Row) { check(row) }

    @Test(arguments: [
        Row(kafka(damaged), while: .readingDeadLetter, .reject),
        Row(kafka(noRight), while: .readingDeadLetter, .reject),
        Row(kafka(noTopic), while: .readingDeadLetter, .reject),
        Row(KafkaError.noAnswer("a"), while: .readingDeadLetter, .startOver(.unreachable)),
        Row(kafka(connectionLost), while: .connecting, .ignore),
        Row(kafka(noRight, .fatal), while: .connecting, .ignore),
        Row(kafka(-185), while: .restoring, .ignore),
    ]) func `what is tried again`(_ row: Row) { check(row) }

    @Test func `what an operator or another loop has to mend goes through everything`() {
        let (refusal, lost) = (StateError("mend it"), ConsumerFailure(reason: "gone"))
        for activity in Self.activities {
            check(Row(refusal, while: activity, .refuse(refusal)))
            check(Row(lost, while: activity, .rejoin(lost)))
        }
    }

    private func check(_ row: Row) {
        #expect(ErrorPolicy.decide(row.error, while: row.activity) == row.decision)
    }
}
