import Contracts
import JSON
import Workers

/// How customers are told, by their ids.
enum Contacts: Table {
    struct Row: Workers.Row, Hashable {
        var contact: Contact
        /// When Kafka got what says so: what is from before does not hold any more, whichever is read last.
        var setAt: Timestamp

        init(_ contact: Contact, at setAt: Timestamp) { (self.contact, self.setAt) = (contact, setAt) }

        init(_ fields: borrowing Fields) throws(JSONError) {
            contact = try Contact(fields)
            setAt = try fields.required("setAt")
        }

        func write(_ json: inout JSONWriter) {
            contact.write(&json)
            json.field("setAt", setAt)
        }
    }

    static let name: StaticString = "contacts"
}

/// Setting contacts and forgetting them.
extension NotifyWorker {
    func set(_ set: SetContact, _ transaction: Transaction) throws {
        let (key, channels) = (set.user.text, set.contact.channels.map(\.name))
        guard channels.allSatisfy(settings.channels.contains) else {
            let known = settings.channels.isEmpty ? "none is set up" : settings.channels.joined(separator: ", ")
            throw Rejection.refused("field \"channels\" names a channel that there is not: \(known)")
        }
        guard Set(channels).count == channels.count else {
            throw Rejection.refused("field \"channels\" names a channel twice")
        }
        let known = try transaction.row(Contacts.self, key)
        try checkIsNotLate(set.user, known, transaction)
        transaction.emit(ContactSet(user: set.user, channels: channels), key: key)
        transaction.put(Contacts.self, key, Contacts.Row(set.contact, at: transaction.time))
        // Said twice is said once.
        guard known?.contact != set.contact else { return }
        let isElsewhere = known?.contact.channels.contains { !set.contact.channels.contains($0) } ?? true
        for place in try places(of: set.user, transaction) {
            guard let notice = try transaction.row(Notices.self, place.rowKey) else { continue }
            try tellAnew(place, notice, set.contact, isElsewhere: isElsewhere, transaction)
        }
    }

    /// Of two that Kafka got in the same millisecond the one that is read later counts: most lie in one topic.
    /// - Throws: `Rejection` where the contact is from before what ended it, or from before the one that is known.
    private func checkIsNotLate(_ user: UserID, _ known: Contacts.Row?, _ transaction: Transaction) throws {
        if let gone = try transaction.row(Gone.self, user.text), transaction.time < gone.at {
            throw Rejection.late("customer \(user) has left, or his contact was removed, at \(gone.at)")
        }
        if let known, transaction.time < known.setAt {
            throw Rejection.late("customer \(user) has another contact since \(known.setAt)")
        }
    }

    /// What has not been taken yet goes by the contact, from its first channel on, and so does what could not be told
    /// of an order that runs.
    /// Of what has failed that is another telling, which a receiver that knows the earlier one's key would not make.
    /// - Parameter isElsewhere: whether there was a channel or an address that is not there any more: it is another
    ///   telling then, too, since that channel's name may come again with another address.
    private func tellAnew(
        _ place: NoticePlace, _ notice: Notice, _ contact: Contact, isElsewhere: Bool, _ transaction: Transaction
    ) throws {
        var notice = notice
        switch notice.state {
        case .waiting, .sent: break
        case .held, .failed:
            guard notice.kind.isUrgent, transaction.time < notice.end else { return }
        case .accepted, .delivered, .seen: return
        }
        try take(place, &notice, off: transaction)
        if isElsewhere || notice.state == .failed {
            notice.version = NoticePlan.version(behind: notice.version, at: transaction.time)
        }
        try enter(place, &notice, 0, contact, transaction)
    }

    func remove(_ remove: RemoveContact, _ transaction: Transaction) throws {
        let at = transaction.time
        if let known = try transaction.row(Contacts.self, remove.user.text), known.setAt > at {
            throw Rejection.late("customer \(remove.user) has another contact since \(known.setAt)")
        }
        // Also of an unknown one: his contact may be read later.
        transaction.emit(ContactRemoved(user: remove.user), key: remove.user.text)
        _ = try forget(remove.user, since: at, transaction)
    }

    func left(_ left: UserLeft, _ transaction: Transaction) throws {
        guard try forget(left.id, since: left.leftAt, transaction) else { return }
        transaction.emit(ContactRemoved(user: left.id), key: left.id.text)
    }

    /// A contact that was set by then is none any more, and what is known of notices goes with it.
    /// - Returns: whether one was known.
    private func forget(_ user: UserID, since at: Timestamp, _ transaction: Transaction) throws -> Bool {
        try Gone.note(user, at: at, transaction)
        let known = try transaction.row(Contacts.self, user.text)
        if let known, known.setAt > at { return false }
        transaction.delete(Contacts.self, user.text)
        for place in try places(of: user, transaction) {
            do {
                guard var notice = try transaction.row(Notices.self, place.rowKey) else { continue }
                try take(place, &notice, off: transaction)
            } catch is RowError {
                // Whatever is planned of it finds nothing.
            }
            transaction.delete(Notices.self, place.rowKey)
        }
        return known != nil
    }

    /// Of all notices of a customer.
    func places(of user: UserID, _ transaction: Transaction) throws -> [NoticePlace] {
        try transaction.keys(Notices.self, prefix: "\(user.text)/", atMost: settings.customerLimit)
            .compactMap { NoticePlace(rowKey: $0) }
    }
}
