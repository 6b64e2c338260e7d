import Contracts
import Workers

/// What dr says of orders. One record becomes one for each partition, which continues by itself. What this partition
/// knows already has been sent to all of them: a repeated record does not become more of them.
extension ResponseWorker {
    func started(_ started: DRStarted, _ transaction: Transaction) throws {
        if let contradiction = started.contradiction { throw Rejection.refused(contradiction) }
        if let order = try transaction.row(Orders.self, started.id.text) {
            guard order.startsAt == started.startsAt, order.announcedEnd == started.endsAt else {
                throw Rejection.conflict(
                    "order \(started.id) was already announced, \(times(order.startsAt, order.announcedEnd)), and not "
                        + times(started.startsAt, started.endsAt))
            }
            return
        }
        try settings.retention.check(transaction.time, at: transaction.now, "order \(started.id)")
        let list = MakeList(
            order: started.id, announcedAt: transaction.time, startsAt: started.startsAt, endsAt: started.endsAt,
            kind: started.rules?.orderKind, targets: started.targets)
        sendToAll(list, key: started.id.text, transaction)
    }

    func changed(_ changed: DRChanged, _ transaction: Transaction) throws {
        if let contradiction = changed.contradiction { throw Rejection.refused(contradiction) }
        let course = try known(changed.id, transaction).course
        if let known = course.change, known.version >= changed.version {
            guard known.version > changed.version || known.endsAt == changed.endsAt && known.targets == changed.targets
            else {
                let end = { (end: Timestamp?) in end.map { "to end at \($0)" } ?? "without an end" }
                throw Rejection.conflict(
                    "change \(known.version) of order \(changed.id) was already announced, \(end(known.endsAt)), and not "
                        + (known.endsAt == changed.endsAt ? "for these resources" : end(changed.endsAt)))
            }
            return
        }
        if course.isFinal { return }
        let list = ChangeList(
            order: changed.id, version: changed.version, endsAt: changed.endsAt, targets: changed.targets)
        sendToAll(list, key: changed.id.text, transaction)
    }

    func ended(_ ended: DREnded, _ transaction: Transaction) throws {
        if let contradiction = ended.contradiction { throw Rejection.refused(contradiction) }
        let key = ended.id.text
        let course = try known(ended.id, transaction).course
        // Ended before it began, or in that moment: who was asked is told that nothing is asked of him.
        if ended.hasNoLength, course.ending == nil {
            return try cancel(ended.id, at: transaction.time, ended.reason, course, transaction)
        }
        if let cancellation = course.cancellation { throw conflict(ended.id, cancellation) }
        if let known = course.ending {
            guard known.endedAt == ended.endsAt else {
                throw Rejection.conflict(
                    "order \(key) has already ended, at \(known.endedAt) and not at \(ended.endsAt)")
            }
            return
        }
        let list = SaveList(order: ended.id, startsAt: ended.startsAt, endsAt: ended.endsAt)
        sendToAll(list, key: key, transaction)
    }

    func cancelled(_ cancelled: DRCancelled, _ transaction: Transaction) throws {
        if let contradiction = cancelled.contradiction { throw Rejection.refused(contradiction) }
        let course = try known(cancelled.id, transaction).course
        if let ending = course.ending {
            throw Rejection.conflict("order \(cancelled.id) has already ended, at \(ending.endedAt)")
        }
        try cancel(cancelled.id, at: cancelled.cancelledAt, cancelled.reason, course, transaction)
    }

    private func cancel(
        _ id: OrderID, at time: Timestamp, _ reason: String, _ course: Course, _ transaction: Transaction
    ) throws {
        if let known = course.cancellation {
            guard known.at == time else { throw conflict(id, known) }
            return
        }
        sendToAll(CancelList(order: id, cancelledAt: time, reason: reason), key: id.text, transaction)
    }

    private func sendToAll(_ list: some Message, key: String, _ transaction: Transaction) {
        for partition in 0..<transaction.partitions { transaction.send(list, key: key, to: partition) }
    }

    private func conflict(_ id: OrderID, _ cancellation: Course.Cancellation) -> Rejection {
        .conflict("order \(id) was already cancelled, at \(cancellation.at)")
    }

    private func times(_ start: Timestamp, _ end: Timestamp?) -> String {
        "from \(start) " + (end.map { "to \($0)" } ?? "without an end")
    }
}
