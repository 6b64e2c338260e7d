package import Contracts
package import JSON
import Workers

/// An order as one shard has it, and how far the shard is with its list.
package struct Order: Row, Hashable {
    package enum State: String, Sendable {
        /// Answers that came before the order are looked at: who gave them is asked first.
        case settling
        /// Everybody is asked, in steps. Who answers meanwhile is asked at that moment.
        case asking
        /// Everybody has been asked.
        case open
        /// The answers that count are stated, in steps.
        case saving
        case saved
    }

    package let announcedAt: Timestamp
    package let startsAt: Timestamp
    /// The end that was announced with it.
    package let plannedEnd: Timestamp?
    package private(set) var ending: Ending?
    package private(set) var state: State
    /// The key that the steps of this state have come to; empty before the first.
    package private(set) var cursor: String

    package init(_ list: MakeList, ending: Ending? = nil) {
        (announcedAt, startsAt, plannedEnd) = (list.announcedAt, list.startsAt, list.endsAt)
        self.ending = ending
        (state, cursor) = (.settling, "")
    }

    /// The last moment whose answers count, as far as it is known.
    package var lastMoment: Timestamp? {
        guard let plannedEnd, let ending else { return plannedEnd ?? ending?.endedAt }
        return min(plannedEnd, ending.endedAt)
    }

    /// Whether the steps that save the list are through with this customer's place, so that whoever takes it now has to
    /// be saved at once.
    package func isSaved(upTo user: UserID) -> Bool {
        switch state {
        case .settling, .asking, .open: false
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
        switch state {
        case .settling: state = .asking
        case .asking: state = isOver(among: partitions) ? .saving : .open
        case .open, .saving, .saved: state = .saved
        }
        return state == .asking || state == .saving
    }

    /// The order is over, as far as `partition` goes. From now on later answers are refused. Whether saving the list
    /// begins with that: not while customers are still asked, nor before all partitions are through, nor again.
    package mutating func end(at time: Timestamp, passedBy partition: Int32, among partitions: Int32) -> Bool {
        var ending = ending ?? Ending(at: time)
        ending.pass(partition)
        self.ending = ending
        guard state == .open, isOver(among: partitions) else { return false }
        (state, cursor) = (.saving, "")
        return true
    }

    private func isOver(among partitions: Int32) -> Bool { ending?.isComplete(among: partitions) ?? false }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        announcedAt = try fields.required("announcedAt")
        startsAt = try fields.required("startsAt")
        plannedEnd = try fields.optional("plannedEnd")
        ending = fields.has("endedAt") ? try Ending(fields) : nil
        guard let state = State(rawValue: try fields.required("state")) else {
            throw JSONError(field: "state", .outOfRange)
        }
        self.state = state
        cursor = try fields.required("cursor")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("announcedAt", announcedAt)
        json.field("startsAt", startsAt)
        json.field("plannedEnd", ifThere: plannedEnd)
        json.field("state", state.rawValue)
        json.field("cursor", cursor)
        ending?.write(&json)
    }
}

/// By order id; every shard has every order.
package enum Orders: Table {
    package typealias Row = Order
    package static let name: StaticString = "orders"
}
