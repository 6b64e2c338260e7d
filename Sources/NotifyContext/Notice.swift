package import Contracts
import JSON
import Workers

/// What a notice says beside its kind: what stands in templates.
package struct NoticeFacts: Hashable, Sendable {
    package var startsAt: Timestamp?
    package var endsAt: Timestamp?
    /// Wh, or points.
    package var amount: Int64?
    /// The balance of points.
    package var balance: Int64?
    package var reason: String?

    package init(
        startsAt: Timestamp? = nil, endsAt: Timestamp? = nil, amount: Int64? = nil, balance: Int64? = nil,
        reason: String? = nil
    ) {
        (self.startsAt, self.endsAt, self.amount) = (startsAt, endsAt, amount)
        (self.balance, self.reason) = (balance, reason)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        startsAt = try fields.optional("startsAt")
        endsAt = try fields.optional("endsAt")
        amount = try fields.optional("amount", in: Limits.points)
        balance = try fields.optional("balance", in: Limits.points)
        reason = try fields.optional("reason")
    }

    func write(_ json: inout JSONWriter) {
        json.field("startsAt", ifThere: startsAt)
        json.field("endsAt", ifThere: endsAt)
        if let amount { json.field("amount", amount) }
        if let balance { json.field("balance", balance) }
        json.field("reason", ifThere: reason)
    }
}

extension NoticeKind {
    /// Whether it says something to do, or not to do any more: it goes before others and over the next channel where
    /// nobody has confirmed it, and breaks quiet hours where it would come too late behind them.
    var isUrgent: Bool { self == .asked || self == .changed || self == .withdrawn }
}

/// A notice to a customer, from what has brought it about until nothing more of it is to come.
struct Notice: Row, Hashable {
    enum State: String {
        /// Of an order that runs, for a customer of whom no contact is known: a later one is told of it.
        case held
        /// For its time, or for its turn.
        case waiting
        /// Handed over: nothing has come of it yet.
        case sent
        /// Taken by the receiver.
        case accepted
        /// It has reached the customer, he has seen it, or it will not.
        case delivered, seen, failed

        /// Whether it may still go out, or over the next channel.
        var isOpen: Bool { self == .waiting || self == .sent || self == .accepted }
    }

    var kind: NoticeKind
    var version: Int64
    var state: State
    /// Which of the contact's channels it goes over; empty where it is held.
    var channel: String
    /// Where it waits for its time or turn. Where it is on its way: when it is handed over again.
    var due: Timestamp?
    /// Of the last call.
    var attempt: Int64 = 0
    /// Calls over this channel that have come to nothing, one behind the other.
    var tries: Int64 = 0
    /// It says nothing any more behind this.
    var end: Timestamp
    /// Of its own timer: when it goes over the next channel, is over, or is forgotten.
    var timer: Timestamp?
    /// Whether nothing more of it is to come but receipts: its timer forgets it.
    var isFinished = false
    var facts: NoticeFacts

    init(_ kind: NoticeKind, version: Int64, channel: String, end: Timestamp, _ facts: NoticeFacts) {
        (self.kind, self.version, self.channel, self.end, self.facts) = (kind, version, channel, end, facts)
        state = .waiting
    }

    var startsAt: Timestamp? { facts.startsAt }

    init(_ fields: borrowing Fields) throws(JSONError) {
        guard let kind = NoticeKind(rawValue: try fields.string("kind", atMost: 20)),
            let state = State(rawValue: try fields.string("state", atMost: 20))
        else { throw JSONError(field: "kind", .unfitWord) }
        (self.kind, self.state) = (kind, state)
        version = try fields.required("version", in: NoticeKey.versions)
        channel = fields.has("channel") ? try fields.channel("channel") : ""
        due = try fields.optional("due")
        attempt = try fields.optional("attempt", in: 0...Limits.sum.upperBound) ?? 0
        tries = try fields.optional("tries", in: 0...Limits.sum.upperBound) ?? 0
        end = try fields.required("end")
        timer = try fields.optional("timer")
        isFinished = try fields.optional("finished") ?? false
        facts = try NoticeFacts(fields)
    }

    func write(_ json: inout JSONWriter) {
        json.field("kind", kind.rawValue)
        json.field("version", version)
        json.field("state", state.rawValue)
        if !channel.isEmpty { json.field("channel", channel) }
        json.field("due", ifThere: due)
        if attempt > 0 { json.field("attempt", attempt) }
        if tries > 0 { json.field("tries", tries) }
        json.field("end", end)
        json.field("timer", ifThere: timer)
        if isFinished { json.field("finished", true) }
        facts.write(&json)
    }
}

/// Where a notice lies: one of each subject and reference a customer.
struct NoticePlace: Hashable {
    let user: UserID
    let subject: NoticeSubject
    let reference: String

    init(_ user: UserID, _ subject: NoticeSubject, _ reference: String) {
        (self.user, self.subject, self.reference) = (user, subject, reference)
    }

    init(_ key: NoticeKey) { self.init(key.user, key.subject, key.reference) }

    /// nil when the text is no such key of a row.
    init?(rowKey text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3, let subject = NoticeSubject(rawValue: parts[1]) else { return nil }
        self.init(UserID(text: parts[0]), subject, parts[2])
    }

    var rowKey: String { "\(user.text)/\(subject.rawValue)/\(reference)" }

    func key(_ notice: Notice) -> NoticeKey {
        NoticeKey(
            subject: subject, reference: reference, user: user, version: notice.version, channel: notice.channel)
    }
}

/// Notices by customer, subject and reference.
enum Notices: Table {
    typealias Row = Notice
    static let name: StaticString = "notices"
}
