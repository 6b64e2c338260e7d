import Contracts
import JSON
import Schemas
import Testing
import Workers

/// Whatever bytes come, a processor says what becomes of them.
@Suite struct FuzzTests {
    /// Takes every message there is, and does a little of everything with it.
    private struct Taker: Worker {
        static let context = Context.response
        static let inputs: [Topic] = []
        static var tables: [any Table.Type] { [Toy.Items.self, Toy.Kept.self] }
        let handlers: [Handler] = [
            take(StartDr.self), take(EndDr.self), take(DRStarted.self), take(DREnded.self), take(RegisterUser.self),
            take(UpdateUser.self), take(WithdrawPoint.self), take(UserRegistered.self), take(UserUpdated.self),
            take(PointChanged.self), take(PointWithdrawn.self), take(Accept.self), take(Deny.self), take(MakeList.self),
            take(SaveList.self), take(ListMade.self), take(AcceptChosen.self), take(DenyChosen.self),
            take(ListSaved.self), take(MeterReading.self), take(MeterReadings.self), take(ReductionCheck.self),
        ]

        private static func take<M: Message>(_ message: M.Type) -> Handler {
            Handler(message, home: { _ in nil }, use)
        }

        private static func use(_ message: some Message, _ transaction: Transaction) throws {
            let kept = transaction.keep()
            transaction.put(Toy.Kept.self, "a", kept)
            guard try transaction.row(Toy.Kept.self, "a") == kept else { throw Rejection.conflict("kept another") }
            transaction.wake("w", "a", at: transaction.time + .seconds(86_400))
            transaction.emit(message, key: "a")
        }

        func fire(_ timer: Timer, _ transaction: Transaction) throws {}
    }

    private static let fragments: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-", ".", "0", "9223372036854775808",
            "\\ud800",
            "\\u0000", "\u{0}", "\n", "한", "\"eventType\":\"Accept\",", "2026-02-30T00:00:00Z", "-1", "1.0000000001",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xF0, 0x9F]]

    private static func mutate(_ value: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...value.count, using: &random)
            let end = min(value.count, place + Int.random(in: 1...8, using: &random))
            switch Int.random(in: 0..<12, using: &random) {
            // A digit or letter for another one leaves most records whole.
            case 0..<6: if place < value.count { value[place] = UInt8.random(in: 0x30...0x7A, using: &random) }
            case 6: if place < value.count { value[place] = UInt8.random(in: 0...255, using: &random) }
            case 7, 8: value.insert(contentsOf: fragments.randomElement(using: &random) ?? [], at: place)
            case 9: value.removeSubrange(place..<end)
            case 10: value.removeLast(value.count - place)
            default: value.insert(contentsOf: value[place..<end], at: Int.random(in: 0...value.count, using: &random))
            }
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `mutated records are handled or refused, never a trap and never a failure`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let bench = Bench(Taker())
        let examples = Schemas.catalogue.values.sorted { $0.name < $1.name }.flatMap { file in
            file.messages.values.sorted { $0.name < $1.name }.map { Array($0.example.description.utf8) }
        }
        #expect(examples.count == Taker().handlers.count)
        for example in examples { #expect(try bench.process("response.commands", example).isDone) }
        var (done, rejected) = (0, 0)
        for number in 0..<50_000 {
            var value = examples[number % examples.count]
            Self.mutate(&value, &random)
            let outcome = try bench.process("response.commands", value)
            if outcome.isDone {
                done += 1
            } else if let rejection = outcome.rejection, rejection.kind == .malformed || rejection.kind == .unknownType
            {
                rejected += 1
                guard !rejection.reason.isEmpty, bench.processor.transaction.effects.isEmpty else {
                    Issue.record("\(rejection) has effects")
                    return
                }
            } else {
                Issue.record("\(outcome) of \(String(decoding: value, as: UTF8.self))")
                return
            }
        }
        #expect(done > 3000 && rejected > 30_000, "both ways are taken: \(done) and \(rejected)")
    }
}
