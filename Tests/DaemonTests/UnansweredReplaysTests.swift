import Kafka
import RealKafka
import Telemetry
import Testing
import Workers

@testable import Daemon

/// Dead letters that cannot be read: what asks for them is refused, and nothing stands still for it.
@Suite struct UnansweredReplaysTests {
    /// Each of them rolls back the transaction in which it is asked for, with what was read before it.
    @Test func `dead letters that do not come undo a transaction once each`() throws {
        var letters = UnansweredReplays()
        var undone = 0
        /// One transaction that is tried until it can be committed: which dead letters were refused in it.
        func handle(_ places: [String], silent: Set<String>) throws -> [String] {
            while true {
                var refused: [String] = []
                do {
                    for place in places {
                        do {
                            _ = try letters.ask(for: place) {
                                if silent.contains(place) { throw KafkaError.noAnswer(place) }
                                return nil
                            }
                        } catch is Rejection { refused.append(place) }
                    }
                    letters.committed()
                    return refused
                } catch is KafkaError {
                    undone += 1
                    guard undone < 10 else { throw Trouble("undone for ever") }
                }
            }
        }
        #expect(try handle(["a", "x", "b", "x", "a"], silent: ["a", "b"]) == ["a", "b", "a"])
        #expect(undone == 2)
        // Kafka was away, perhaps: whoever asks again gets an answer.
        #expect(try handle(["a", "b"], silent: []) == [])
    }

    /// Of what a dead letter cannot be, and of who may not read it: said at once, and the next one is read.
    @Test(arguments: [
        (code: KafkaError.Code.badMessage, isRefused: true), (.unknownTopicOrPartition, true),
        (.topicAuthorizationFailed, true), (.badCompression, true), (.invalidMessage, true),
        // Passes by itself: asked for until the time is up.
        (.leaderNotAvailable, false), (.transport, false),
    ])
    func `a dead letter that cannot be read is refused at once`(_ code: KafkaError.Code, _ isRefused: Bool) throws {
        let error = KafkaError(code: code, .retriable, reason: "so it is")
        let kafka = Failing(error)
        let reader = try DeadLetterReader("letters", [:], log: quiet, in: kafka)
        var letters = UnansweredReplays()
        if isRefused {
            #expect(throws: Rejection.self) { try letters.ask(for: "a") { try reader.deadLetter(0, 5) } }
            #expect(kafka.said == 1)
        } else {
            #expect(throws: KafkaError.self) { try letters.ask(for: "a") { try reader.deadLetter(0, 5) } }
            #expect(kafka.said > 1)
        }
        #expect(kafka.assigned == 1)
        #expect(try letters.ask(for: "b") { try reader.deadLetter(0, 6) } == nil)
        #expect(kafka.assigned == 2, "read on behind what could not be read")
    }

    /// At offset 5 it says what is wrong, with a second in between; behind it lies nothing.
    private final class Failing: ScriptedReader, @unchecked Sendable {
        private let error: KafkaError
        private var offset: Int64 = 0
        private(set) var assigned = 0
        private(set) var said = 0
        private(set) var now = ContinuousClock.now

        init(_ error: KafkaError) { self.error = error }

        func assign(_ partitions: [TopicPartition]) {
            assigned += 1
            offset = partitions[0].offset
        }

        func next(milliseconds: Int32) -> Reader.Event? {
            guard offset == 5 else { return .end(TopicPartition("letters", 0, offset: offset)) }
            said += 1
            now += .seconds(1)
            return .failure(error)
        }

        func watermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64) { (0, 6) }
    }
}
