import Chance
import Contracts
import JSON
import Schemas
import Testing
import Workers
import WorkersTesting

@testable import Fuzz

/// Whatever bytes come, a processor says what becomes of them: of messages that no worker reads too.
@Suite struct MessageFuzzTests {
    private enum Kept: Table {
        typealias Row = KeptRecord
        static let name: StaticString = "kept"
    }

    /// Takes messages of all forms, and does a little of everything with them.
    private struct Taker: Worker {
        static let context = Context.response
        static let summary = "messages of all forms"
        static let commands = Topic.responseCommands
        static let inputs: [Topic] = []
        static let outputs = [
            Topic(context.events, owner: context, key: "any", .delete(days: 1), Topic.all.flatMap(\.messages))
        ]
        static var tables: [any Table.Type] { [Kept.self] }
        let handlers: [Handler] = [
            take(StartDr.self), take(EndDr.self), take(DRStarted.self), take(DREnded.self), take(RegisterUser.self),
            take(UpdateUser.self), take(LeaveUser.self), take(DeleteUser.self), take(UserLeft.self),
            take(WithdrawPoint.self), take(ConfirmWithdrawal.self), take(FailWithdrawal.self), take(AdjustPoint.self),
            take(WithdrawalPaid.self), take(WithdrawalFailed.self), take(UserRegistered.self), take(UserUpdated.self),
            take(PointChanged.self), take(PointWithdrawn.self), take(Accept.self), take(Deny.self), take(MakeList.self),
            take(SaveList.self), take(ListMade.self), take(AcceptChosen.self), take(DenyChosen.self),
            take(ChangeDr.self), take(CancelDr.self), take(DRChanged.self), take(DRCancelled.self),
            take(ChangeList.self), take(CancelList.self), take(ListChanged.self), take(ListCancelled.self),
            take(ListSaved.self), take(MeterReading.self), take(MeterReadings.self), take(ReductionCheck.self),
            take(RegisterResource.self), take(StateKpxFigure.self), take(KpxFigureStated.self),
            take(SumResource.self), take(TargetResource.self), take(ResourceReduction.self),
            take(SettlePoints.self), take(SettledPart.self),
            take(SetContact.self), take(ConfirmNotice.self), take(AcknowledgeNotice.self), take(NoticeAnswered.self),
            take(ContactSet.self), take(NoticeAccepted.self), take(NoticeFailed.self),
            take(UseResource.self), take(ResourceRegistered.self),
        ]

        private static func take<M: Message>(_ message: M.Type) -> Handler {
            Handler(message, home: { _ in nil }, use)
        }

        private static func use(_ message: some Message, _ transaction: Transaction) throws {
            let kept = transaction.keep()
            transaction.put(Kept.self, "a", kept)
            guard try transaction.row(Kept.self, "a") == kept else { throw Rejection.conflict("kept another") }
            transaction.setTimer("w", "a", at: transaction.time + .seconds(86_400))
            transaction.emit(message, key: "a")
        }

        func fire(_ timer: Timer, _ transaction: Transaction) throws {}
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `mutated records are handled or refused, never a trap and never a failure`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let mutator = Mutator()
        let processor = Processor(Taker(), partitions: 1)
        let store = MemoryStore(tables: 2)
        func process(_ value: [UInt8]) throws -> Processor.Outcome {
            let now = Timestamp(milliseconds: RecordSource.exampleClock)
            return try processor.process(
                Transaction.Source(topic: "response.internal", partition: 0, offset: 7), time: now, now: now,
                key: nil, value: value.span, store)
        }
        let taken = Set(Taker().handlers.map(\.type.description))
        // One type may be on several topics.
        let messages = Schemas.catalogue.values.sorted { $0.name < $1.name }.flatMap { file in
            file.messages.values.filter { taken.contains($0.name) }.sorted { $0.name < $1.name }
        }
        #expect(Set(messages.map(\.name)) == taken)
        let examples = messages.map { Array($0.example.description.utf8) }
        for example in examples {
            let outcome = try process(example)
            if case .done = outcome {
            } else {
                Issue.record("\(outcome) of \(String(decoding: example, as: UTF8.self))")
            }
        }
        var (done, rejected) = (0, 0)
        for number in 0..<50_000 {
            var value = examples[number % examples.count]
            mutator.mutateBytes(&value, &random)
            switch try process(value) {
            case .done: done += 1
            case .rejected(let rejection)
            where [.malformed, .unknownType].contains(rejection.kind) && !rejection.reason.isEmpty:
                rejected += 1
            case let outcome:
                Issue.record("\(outcome) of \(String(decoding: value, as: UTF8.self))")
                return
            }
        }
        #expect(done > 3000 && rejected > 30_000, "both ways are taken: \(done) and \(rejected)")
    }
}
