package import Contracts
package import JSON
import Workers

/// What has become of an order since it was announced, as far as the shard has been told. Whatever order this is heard
/// in comes to the same: of the changes the one with the highest version holds, and an end or a cancellation, of which
/// dr says one at most, holds against all of them.
package struct Course: Row, Hashable {
    /// Another end than the one before, or others who are asked.
    package struct Change: Hashable, Sendable {
        package let version: Int64
        /// nil: there is none, as it was announced.
        package let endsAt: Timestamp?
        /// nil: as it was announced.
        package let targets: OrderTargets?

        package init(version: Int64, endsAt: Timestamp?, targets: OrderTargets? = nil) {
            (self.version, self.endsAt, self.targets) = (version, endsAt, targets)
        }
    }

    package struct Cancellation: Hashable, Sendable {
        package let at: Timestamp
        package let reason: String

        package init(at time: Timestamp, reason: String) { (at, self.reason) = (time, reason) }
    }

    package private(set) var change: Change?
    package private(set) var ending: Ending?
    package private(set) var cancellation: Cancellation?
    /// When the last change was heard of an order that is not known: it may name no time itself.
    package private(set) var heardAt: Timestamp?

    package init() {}

    package var isFinal: Bool { ending != nil || cancellation != nil }

    /// Whether the change is a newer one.
    package mutating func take(_ change: Change) -> Bool {
        guard !isFinal, change.version > self.change?.version ?? 0 else { return false }
        self.change = change
        return true
    }

    /// The change, unless it is an older one, of an order that is not known.
    package mutating func hear(_ change: Change, at time: Timestamp) {
        if take(change) { heardAt = time }
    }

    /// The order is known.
    package mutating func meet() { heardAt = nil }

    /// The end at this time, which `partition` has passed. Of two ends the first one holds.
    package mutating func end(at time: Timestamp, passedBy partition: Int32) {
        guard cancellation == nil else { return }
        var ending = ending ?? Ending(at: time)
        ending.pass(partition)
        self.ending = ending
    }

    /// Whether that is news.
    package mutating func cancel(_ cancellation: Cancellation) -> Bool {
        guard !isFinal else { return false }
        self.cancellation = cancellation
        return true
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        if fields.has("version") {
            change = Change(
                version: try fields.required("version", in: Limits.version),
                endsAt: try fields.optional("changedEnd"),
                targets: try OrderTargets(fields, .changed))
        }
        if fields.has("cancelledAt") {
            cancellation = Cancellation(
                at: try fields.required("cancelledAt"), reason: try fields.required("cancelReason"))
        }
        heardAt = try fields.optional("heardAt")
        guard fields.has("endedAt") else { return }
        let ending = try Ending(fields)
        let isStandIn = ending.passed.isEmpty && (change != nil || cancellation != nil)
        if !isStandIn { self.ending = ending }
    }

    /// Always with an end: versions that know of nothing else need one, and take a cancellation for an end that is
    /// never complete. No partition has passed such a stand-in.
    package func write(_ json: inout JSONWriter) {
        writeChange(&json)
        if let cancellation {
            json.field("cancelledAt", cancellation.at)
            json.field("cancelReason", cancellation.reason)
        }
        json.field("heardAt", ifThere: heardAt)
        let end = cancellation?.at ?? change.map { $0.endsAt ?? .last }
        (ending ?? end.map { Ending(at: $0) })?.write(&json)
    }

    func writeChange(_ json: inout JSONWriter) {
        guard let change else { return }
        json.field("version", change.version)
        json.field("changedEnd", ifThere: change.endsAt)
        change.targets?.write(&json, .changed)
    }
}

/// What the shard has been told of orders that it does not know yet, by order id: a start was refused, say, and will be
/// replayed.
package enum EarlyEndings: Table {
    package typealias Row = Course
    package static let name: StaticString = "early_endings"
}
