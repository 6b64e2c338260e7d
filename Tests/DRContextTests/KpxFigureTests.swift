import Contracts
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// What KPX says orders come to.
@Suite struct KpxFigureTests {
    private static let seeds: ClosedRange<UInt64> = 1...8

    private func harness(_ seed: UInt64, days: Int64 = 400) -> Harness {
        Harness(
            [DRWorker(retention: Retention(days: days, stepRows: Int(seed % 3) + 1))], partitions: 3, seed: seed,
            clock: OrderTests.noon, check: keepsItsContract)
    }

    private func send(_ harness: Harness, _ type: String, _ id: String, _ more: String = "") throws {
        harness.send(.drCommands, key: id, #"{"eventType":"\#(type)","id":"\#(id)"\#(more)}"#)
        try harness.run()
    }

    private func state(_ harness: Harness, _ id: String, _ more: String) throws {
        try send(harness, "StateKpxFigure", id, ",\(more)")
    }

    /// An order that has ended, of two resources; another one runs, and one was withdrawn.
    private func scene(_ seed: UInt64, days: Int64 = 400) throws -> Harness {
        let harness = harness(seed, days: days)
        for id in ["s1", "s2", "s3"] {
            try send(harness, "RegisterResource", id, #","kind":"reliable","capacity":1000"#)
        }
        for id in ["over", "runs", "gone"] {
            try send(
                harness, "StartDr", id, #","name":"kt","type":"reliable","resources":["s1","s2"],"quantity":900"#)
        }
        try harness.advance(by: .seconds(3600))
        try send(harness, "EndDr", "over")
        try send(harness, "CancelDr", "gone")
        return harness
    }

    private func row(_ harness: Harness, _ key: String) -> String { harness.rows(KpxFigures.self)[key] ?? "" }

    @Test(arguments: seeds) func `each statement is a version with the difference, and the newest ten are kept`(
        seed: UInt64
    ) throws {
        let harness = try scene(seed)
        try state(harness, "over", #""resource":"s1","kpxKWh":17960,"ownKWh":18000,"objection":"a meter is missing""#)
        let event = try #require(harness.values(.drEvents, KpxFigureStated.type).last)
        #expect(
            event.hasSuffix(
                #""id":"over","resource":"s1","kpxKWh":17960,"ownKWh":18000,"objection":"a meter is missing","#
                    + #""differenceKWh":-40,"version":1}"#), "\(event)")
        for won in 1...11 { try state(harness, "over", #""resource":"s1","kpxWon":\#(won),"ownWon":5"#) }
        try state(harness, "over", #""kpxWon":7"#)
        #expect(harness.deadLetters.isEmpty)
        let versions = row(harness, "over/s1").matches(of: /"version":(\d+)/).map { String($0.1) }
        #expect(versions == (3...12).map { "\($0)" })
        #expect(row(harness, "over/").contains(#"{"figures":[{"version":1,"statedAt":"#))
        #expect(harness.values(.drEvents, KpxFigureStated.type).count == 13)
    }

    @Test(arguments: seeds) func `what cannot be so is refused`(seed: UInt64) throws {
        let harness = try scene(seed)
        try state(harness, "over", #""kpxKWh":1,"objection":"é""#)
        let refused: [(String, String, Rejection.Kind)] = [
            ("over", #""kpxKWh":1,"objection":"é""#, .conflict), ("none", #""kpxKWh":1"#, .notFound),
            ("runs", #""kpxKWh":1"#, .refused), ("gone", #""kpxKWh":1"#, .refused),
            ("over", #""resource":"s3","kpxKWh":1"#, .refused), ("over", #""resource":"s4","kpxKWh":1"#, .refused),
            ("over", #""ownKWh":1"#, .malformed), ("over", #""kpxKWh":1000000001"#, .malformed),
            ("over", #""kWh":1"#, .malformed), ("over", #""kpxWon":1,"objection":"""#, .malformed),
        ]
        for (id, more, _) in refused { try state(harness, id, more) }
        #expect(harness.deadLetters.map(\.rejection.kind) == refused.map(\.2))
        // The same letters in other bytes are other words.
        try state(harness, "over", #""kpxKWh":1,"objection":"e\u0301""#)
        #expect(harness.values(.drEvents, KpxFigureStated.type).count == 2)
    }

    @Test(arguments: seeds) func `figures go with their order`(seed: UInt64) throws {
        let harness = try scene(seed, days: 30)
        for resource in ["s1", "s2"] { try state(harness, "over", #""resource":"\#(resource)","kpxKWh":1"#) }
        // Late statements keep nothing: another order of the id begins without them.
        for _ in 0..<20 { try harness.advance(by: .seconds(86_400)) }
        try state(harness, "over", #""kpxWon":1"#)
        for _ in 0..<420 { try harness.advance(by: .seconds(86_400)) }
        #expect(harness.rows(KpxFigures.self).count == 3)
        try harness.advance(by: .seconds(86_400))
        #expect(harness.rows(KpxFigures.self).isEmpty && harness.rows(OrdersAlone.self).keys.sorted() == ["runs"])
    }
}
