import Contracts
import JSON
import Schemas
import Workers

/// Holds what a record does against what it may do: rows that can be read back, messages as the contract has them.
final class EffectCheck {
    private typealias Recode = @Sendable (borrowing Fields, inout JSONWriter) throws(JSONError) -> Void

    private let worker: any Worker.Type
    private let rows: [Recode]
    private let tables: [String]
    private let partitions: Int32
    private var reader = JSONReader()
    private var writer = JSONWriter()

    init(_ worker: any Worker.Type, partitions: Int32) {
        (self.worker, self.partitions) = (worker, partitions)
        let tables: [any Table.Type] = [Timers.self] + worker.tables
        rows = tables.map { Self.recode($0) }
        self.tables = tables.map { $0.name.description }
    }

    /// Throws what is wrong, as text for people.
    func check(_ transaction: Transaction) throws {
        try transaction.effects.lendEach { effect, key, rowKey, value in
            switch effect.kind {
            case .put:
                try checkKey(effect, key, rowKey)
                try recode(value, "row \(text(key))", rows[effect.table])
            case .delete: try checkKey(effect, key, rowKey)
            case .event: try checkMessage(effect, key, value, transaction, topic: worker.context.events)
            case .internal: try checkMessage(effect, key, value, transaction, topic: worker.context.internal)
            case .outside:
                try checkMessage(effect, key, value, transaction, topic: worker.outputs[effect.output].name)
            case .deadLetter:
                let letter = transaction.effects.deadLetters[effect.deadLetter]
                try Self.check(letter.rejection)
                try Self.check(letter.record.provenance.request)
                if letter.record.value.isEmpty { throw Fault("a dead letter of nothing: \(letter.record)") }
            }
        }
    }

    /// A reason goes into a header and a log line.
    static func check(_ rejection: Rejection) throws {
        if let hidden = rejection.reason.unicodeScalars.first(where: { $0.unprintable != nil }) {
            throw Fault("a reason with \(hidden.codePoint): \(rejection.reason)")
        }
        if rejection.reason.isEmpty { throw Fault("\(rejection.kind) without a reason") }
        if rejection.reason.utf8.count > 1000 { throw Fault("a reason of \(rejection.reason.utf8.count) bytes") }
    }

    /// It goes into headers and rows, and from there to people's screens.
    private static func check(_ request: Request?) throws {
        guard let request else { return }
        for (text, limit) in [(request.actor, 128), (request.command, 64), (request.idempotency, 160)] {
            guard let text else { continue }
            if text.isEmpty || text.utf8.count > limit || text.unicodeScalars.contains(where: { $0.unprintable != nil })
            {
                throw Fault("a request that says '\(text)'")
            }
        }
        for text in [request.command, request.idempotency] {
            if text?.utf8.contains(where: { $0 >= 0x80 }) == true { throw Fault("a request that says '\(text ?? "")'") }
        }
    }

    private func checkKey(_ effect: Effects.Effect, _ key: Span<UInt8>, _ rowKey: Span<UInt8>) throws {
        if rowKey.isEmpty { throw Fault("a row of table \(tables[effect.table]) without a key") }
        let expected = "\(tables[effect.table])/\(text(rowKey))"
        if text(key) != expected { throw Fault("the changelog's key is \(text(key)), not \(expected)") }
    }

    private func checkMessage(
        _ effect: Effects.Effect, _ key: Span<UInt8>, _ value: Span<UInt8>, _ transaction: Transaction, topic: String
    ) throws {
        guard let type = effect.type, let recode = Self.messages[type] else { throw Fault("a message without a type") }
        guard (0..<partitions).contains(effect.partition) else { throw Fault("a message to \(effect.partition)") }
        // All partitions are told of a market, and of a resource.
        let isForAll = type == MarketChanged.type || type == ResourceRegistered.type
        if effect.kind == .event, !isForAll, effect.partition != transaction.home(of: text(key)) {
            throw Fault("\(type) with key \(text(key)) goes to partition \(effect.partition)")
        }
        try Self.check(transaction.effects.provenance(of: effect)?.request)
        try self.recode(value, "\(type)", recode)
        do { try Schemas.check(topic, type.description, text(value)) } catch { throw Fault("\(error): \(text(value))") }
    }

    /// What is read and written again has to be the same to the byte.
    private func recode(_ bytes: Span<UInt8>, _ name: String, _ recode: Recode) throws {
        writer.removeAll()
        do { try reader.read(bytes) { try recode($0, &writer) } } catch {
            throw Fault("\(name) cannot be read back: \(error): \(text(bytes))")
        }
        let again = text(writer.bytes)
        if !again.utf8.elementsEqual(text(bytes).utf8) { throw Fault("\(name) is \(text(bytes)), read back \(again)") }
    }

    private static func recode<T: Table>(_ table: T.Type) -> Recode {
        { fields, json throws(JSONError) in
            let row = try T.Row(fields)
            json.object { row.write(&$0) }
        }
    }

    private static func recode<M: Message>(_ message: M.Type) -> (MessageType, Recode) {
        (
            M.type,
            { fields, json throws(JSONError) in
                let message = try M(fields)
                json.message(message, at: try fields.required("timestamp"))
            }
        )
    }

    /// All that a worker may say.
    private static let messages = Dictionary(
        uniqueKeysWithValues: [
            recode(StartDr.self), recode(DRStarted.self), recode(DREnded.self), recode(UserRegistered.self),
            recode(UserUpdated.self), recode(UserLeft.self), recode(PointChanged.self), recode(PointWithdrawn.self),
            recode(WithdrawalPaid.self), recode(WithdrawalFailed.self),
            recode(MakeList.self),
            recode(SaveList.self), recode(ListMade.self), recode(AcceptChosen.self), recode(DenyChosen.self),
            recode(DRChanged.self), recode(DRCancelled.self), recode(ChangeList.self), recode(CancelList.self),
            recode(ListChanged.self), recode(ListCancelled.self), recode(ListSaved.self), recode(ReductionCheck.self),
            recode(MarketChanged.self), recode(UseMarket.self), recode(StartNamedDr.self), recode(ReserveOrder.self),
            recode(OrderReserved.self), recode(MoveReservation.self), recode(UseResource.self),
            recode(ResourceRegistered.self), recode(KpxFigureStated.self), recode(SumResource.self),
            recode(TargetResource.self), recode(ResourceReduction.self), recode(SettlePoints.self),
            recode(SettledPart.self), recode(MeterRegistered.self), recode(MeterRevoked.self),
            recode(MeterReadings.self),
            recode(ContactSet.self), recode(ContactRemoved.self), recode(NoticeAccepted.self),
            recode(NoticeDelivered.self), recode(NoticeSeen.self), recode(NoticeFailed.self),
        ])

    private func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// What must not be, in words.
struct Fault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
