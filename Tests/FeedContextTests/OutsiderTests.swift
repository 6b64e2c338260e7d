import Contracts
import Testing
import Workers
import WorkersTesting

@testable import FeedContext

/// Who may say what a utility has answered.
@Suite struct OutsiderTests {
    @Test(arguments: [true, false]) func `an answer among the commands is refused, however old it is`(_ isOld: Bool)
        throws
    {
        let processor = Processor(FeedWorker(), partitions: 1)
        let source = Transaction.Source(topic: "feed.commands", partition: 0, offset: 0)
        let value = Array(
            #"{"eventType":"MeterAnswered","timestamp":1795251600000,"userId":"kim","attempt":1,"outcome":"none"}"#.utf8
        )
        let time = Timestamp(milliseconds: 1_795_251_600_000)
        let outcome = try processor.process(
            source, as: Processor.Origin(source, isOld: isOld), time: time, now: time, key: "kim".utf8.span,
            value: value.span, MemoryStore(tables: 10))
        guard case .rejected(let rejection) = outcome else {
            Issue.record("it is \(outcome)")
            return
        }
        #expect(rejection.kind == .unknownType)
    }
}
