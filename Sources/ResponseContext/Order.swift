package import Contracts
import Workers

/// An order as one shard has it, and how far the shard is with its list.
package struct Order: Row, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Answers that came before the order, or before it asked others, are looked at: who gave them is asked first.
        case settling
        /// Everybody is asked, in steps. Who answers meanwhile is asked at that moment.
        case asking
        /// Who was asked is told of another end, in steps.
        case changing
        /// Everybody has been asked.
        case open
        /// The order has ended: answers that came behind its planned end are looked at.
        case closing
        /// The answers that count are stated, in steps.
        case saving
        case saved
        /// The order is withdrawn: who was asked is told, in steps. Nobody else is asked.
        case cancelling
        case cancelled
    }

    package let announcedAt: Timestamp
    package let startsAt: Timestamp
    /// The end that was announced with it.
    package let announcedEnd: Timestamp?
    /// By which rules it is checked; nil in an order of an earlier version.
    package let kind: OrderKind?
    /// Whom it was announced to; nil: to everybody.
    package let announcedTargets: OrderTargets?
    package private(set) var course: Course
    package private(set) var state: State
    /// The key that the steps of this state have come to; empty before the first.
    package private(set) var cursor: String

    init(
        announcedAt: Timestamp, startsAt: Timestamp, announcedEnd: Timestamp?, kind: OrderKind?,
        targets: OrderTargets? = nil, course: Course, state: State, cursor: String
    ) {
        (self.announcedAt, self.startsAt, self.announcedEnd) = (announcedAt, startsAt, announcedEnd)
        (self.kind, announcedTargets, self.course) = (kind, targets, course)
        (self.state, self.cursor) = (state, cursor)
    }

    package init(_ list: MakeList, _ course: Course = Course()) {
        (announcedAt, startsAt, announcedEnd) = (list.announcedAt, list.startsAt, list.endsAt)
        (kind, announcedTargets, self.course) = (list.kind, list.targets, course)
        self.course.meet()
        (state, cursor) = (course.cancellation == nil ? .settling : .cancelled, "")
    }

    /// Whom it asks; nil: everybody.
    package var targets: OrderTargets? { course.change?.targets ?? announcedTargets }

    /// Whether it asks others than it was announced to, or may do so.
    package var asksOthers: Bool { course.change?.targets != nil }

    /// Whether it asks the customer: who was one when it was announced, and belonged to one of its resources then.
    package func asks(_ customer: Customer) -> Bool {
        customer.membership.covers(announcedAt) && isMeant(for: customer)
    }

    /// Whether it may still turn out that it asks a customer whom it does not ask as far as is known: by something that
    /// user said of him up to the announcement, or by a change. What user says of a customer is read in its order, so
    /// that behind something newer none of that comes.
    package func mayAsk(_ customer: Customer?) -> Bool {
        if let customer, customer.toldAt <= announcedAt { return true }
        return !course.isFinal && customer?.membership.covers(announcedAt) ?? true
    }

    /// Whether it asks the customer, as far as resources go.
    package func isMeant(for customer: Customer) -> Bool { isMeant(for: resource(of: customer)) }

    package func isMeant(for resource: ResourceID?) -> Bool { targets?.includes(resource) ?? true }

    /// By which rules a customer of this resource is checked: its own method, where it had chosen one when the order
    /// was announced.
    package func kind(for resource: ResourceID?) -> OrderKind? {
        var kind = kind
        kind?.resourceMethod = targets?.method(of: resource)
        return kind
    }

    /// To which the customer belonged when it was announced.
    package func resource(of customer: Customer) -> ResourceID? { customer.resources.resource(at: announcedAt) }

    /// The end that it has as long as it has not ended.
    package var plannedEnd: Timestamp? { course.change?.endsAt ?? announcedEnd }

    /// The last moment whose answers count, as far as it is known. As long as the order has not ended that may change.
    package var lastMoment: Timestamp? { course.ending?.endedAt ?? plannedEnd }

    /// Whether it is known if an answer of this time counts.
    package func decides(_ time: Timestamp) -> Bool {
        guard !course.isFinal, let plannedEnd else { return true }
        return time <= plannedEnd
    }

    /// Whether the steps that save the list are through with this customer's place, so that whoever takes it now has to
    /// be saved at once.
    package func isSaved(upTo user: UserID) -> Bool {
        switch state {
        case .settling, .asking, .changing, .open, .closing, .cancelling, .cancelled: false
        // As the rows are ordered: by bytes.
        case .saving: !cursor.utf8.lexicographicallyPrecedes(user.text.utf8)
        case .saved: true
        }
    }

    /// One step further within the state.
    package mutating func advance(to cursor: String) { self.cursor = cursor }

    /// The state's last step is done. Whether there are steps to do in the next one.
    package mutating func finishState(among partitions: Int32) -> Bool {
        cursor = ""
        let isOver = isOver(among: partitions)
        switch state {
        case .settling: state = .asking
        // Some may have been asked before the order was changed. Who is not asked any more is told in any case.
        case .asking where course.change != nil && (!isOver || asksOthers): state = .changing
        case .asking, .changing: state = isOver ? .closing : .open
        case .closing: state = .saving
        case .open, .saving, .saved: state = .saved
        case .cancelling, .cancelled: state = .cancelled
        }
        return ![.open, .saved, .cancelled].contains(state)
    }

    /// The order is over, as far as `partition` goes. From now on later answers are refused. Whether the steps that
    /// close the list begin with that: not while customers are still asked, nor before all partitions are through, nor
    /// again.
    package mutating func end(at time: Timestamp, passedBy partition: Int32, among partitions: Int32) -> Bool {
        course.end(at: time, passedBy: partition)
        guard state == .open, isOver(among: partitions) else { return false }
        (state, cursor) = (.closing, "")
        return true
    }

    /// The order has another end, or asks others. Whether steps begin with that; those that are under way go on, with
    /// what has to be done again. Of others, those who have answered already are asked first, and all of them before it
    /// is told to who was asked.
    package mutating func change(_ change: Course.Change) -> Bool {
        let before = targets
        guard course.take(change), [.settling, .asking, .open, .changing].contains(state) else { return false }
        let begins = state == .open
        if targets != before {
            (state, cursor) = (.settling, "")
        } else if state == .open || state == .changing {
            (state, cursor) = (.changing, "")
        }
        return begins
    }

    /// The order is withdrawn. Whether steps begin with that.
    package mutating func cancel(_ cancellation: Course.Cancellation) -> Bool {
        guard course.cancel(cancellation) else { return false }
        let begins = state == .open
        (state, cursor) = (.cancelling, "")
        return begins
    }

    private func isOver(among partitions: Int32) -> Bool { course.ending?.isComplete(among: partitions) ?? false }
}

/// By order id; every shard has every order.
package enum Orders: Table {
    package typealias Row = Order
    package static let name: StaticString = "orders"
}
