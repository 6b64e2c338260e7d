import Daemon
import Kafka
import Testing

@testable import Views

/// What is decided without a clock or I/O.
@Suite struct RuleTests {
    typealias Position = ViewFile.Position

    @Test(
        arguments: [
            (nil, FollowedTopic("t", .events), 3, 9, ViewStart.begin(3)),
            (nil, FollowedTopic("t", .events, from: .now), 3, 9, .begin(9)),
            (Position(next: 9, last: 8), FollowedTopic("t", .events, from: .now), 3, 9, .compare(from: 8)),
            // Its record has been taken by retention, or there has been none.
            (Position(next: 9, last: 2), FollowedTopic("t", .events), 3, 9, .resume(9)),
            (Position(next: 9), FollowedTopic("t", .events), 3, 9, .resume(9)),
            (Position(next: 2, last: 1), FollowedTopic("t", .events), 3, 9, .expired(from: 2, to: 3)),
            (Position(next: 2, last: 1), FollowedTopic("t", .changelog), 3, 9, .resume(3)),
            (Position(next: 3, last: 2), FollowedTopic("t", .events), 3, 9, .resume(3)),
        ] as [(Position?, FollowedTopic, Int64, Int64, ViewStart)])
    func `starts where nothing is lost or done twice`(
        _ position: Position?, _ topic: FollowedTopic, _ low: Int64, _ end: Int64, _ wanted: ViewStart
    ) { #expect(ViewStart.decide(position, of: topic, 0, low: low, end: end) == wanted) }

    @Test func `a topic that is shorter than what was read is another`() {
        let topic = FollowedTopic("t", .changelog)
        guard case .rebuild(let reason) = ViewStart.decide(Position(next: 10), of: topic, 2, low: 0, end: 9) else {
            Issue.record("it goes on")
            return
        }
        #expect(reason.hasPrefix("t [2] ends at offset 9, but was read up to 10"))
    }

    @Test(
        arguments: [
            (.events, 5, 70, false), (.events, 5, 71, true), (.events, 6, 70, true), (.events, 6, nil, true),
            (.changelog, 5, 70, false), (.changelog, 5, 71, true), (.changelog, 6, 71, false),
            (.changelog, 6, nil, false),
        ] as [(FollowedTopic.Kind, Int64, Int64?, Bool)])
    func `the last record tells whether it is the topic that was read`(
        _ kind: FollowedTopic.Kind, _ offset: Int64, _ time: Int64?, _ isAnother: Bool
    ) {
        let position = Position(next: 6, last: 5, time: 70)
        #expect(ViewStart.isAnotherTopic(position, of: kind, found: offset, time) == isAnother)
    }

    @Test func `errors mean what they mean`() {
        let kafka = KafkaError(code: .transport, .retriable, reason: "gone")
        #expect(ViewLoop.decide(kafka, canWrite: true) == .again("\(kafka)"))
        #expect(ViewLoop.decide(RebuildNeeded("why"), canWrite: true) == .rebuild("why", isDamaged: false))
        let mine = StateError("mine")
        #expect(ViewLoop.decide(mine, canWrite: true) == .refuse(mine))
    }
}
