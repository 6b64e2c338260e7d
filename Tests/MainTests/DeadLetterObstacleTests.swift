import Contracts
import Kafka
import KafkaTesting
import Testing

@testable import Main

/// Whether a context can handle a dead letter again.
@Suite struct DeadLetterObstacleTests {
    @Test(
        arguments: [
            ([:], nil),
            (["deadletter.cut": "value of 8000000 bytes"], .cut),
            (["deadletter.cut": "3 more headers"], .cut),
            (["deadletter.cut": "key, value and headers: Kafka does not take them"], .cut),
            // All that was understood of an answer that was too large to wait as it came.
            (["deadletter.cut": "said anew by what was understood; it was a key of 2 bytes, value of 2048 bytes"], nil),
            (["deadletter.cut": "value of 9 bytes, said anew by what was understood"], .cut),
            (["deadletter.source": "response.changelog-1-7"], .row),
            (["type": "Replay"], .replay),
        ] as [([String: String], DeadLetter.Obstacle?)])
    func `a dead letter that is whole, or says all that was understood, can be handled again`(
        _ explanation: [String: String], _ obstacle: DeadLetter.Obstacle?
    ) {
        let headers = Headers()
        for (name, text) in explanation { headers.add(name, text) }
        let record = Record(
            topic: "response.deadletters", topicID: 1, partition: 0, offset: 0, timestamp: nil, key: nil,
            value: Array(#"{"id":"dr-1.u1"}"#.utf8), headers: headers)
        #expect(DeadLetter(record).obstacle(in: .response) == obstacle)
    }
}
