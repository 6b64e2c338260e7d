package import Contracts
package import JSON
import Workers

/// When somebody was a customer: from a registration to the leaving behind it, as often as that came. Two sets of
/// times, of which one lies in what was said and none in when it was read: whatever order registrations and leavings
/// are heard in comes to the same. Of two of one millisecond the one read last holds, as user says them in their order.
package struct Membership: Hashable, Sendable {
    /// Of each more than this nobody needs: they matter to orders that have not been read yet. The oldest are dropped.
    package static let limit = 8

    /// By time, the first one first; never empty.
    private var registrations: [Timestamp]
    private var leavings: [Timestamp] = []

    package init(since time: Timestamp) { registrations = [time] }

    /// Whether an order announced at this time asks the customer.
    package func covers(_ time: Timestamp) -> Bool {
        guard let registration = registrations.last(where: { $0 <= time }) else { return false }
        guard let leaving = leaving(by: time) else { return true }
        return leaving < registration
    }

    /// The last leaving up to a time, that one included.
    package func leaving(by time: Timestamp) -> Timestamp? { leavings.last { $0 <= time } }

    package var lastLeaving: Timestamp? { leavings.last }

    /// nil for a customer.
    package var leftAt: Timestamp? {
        guard let leaving = leavings.last, let registration = registrations.last, leaving >= registration else {
            return nil
        }
        return leaving
    }

    /// When the last membership began: of its registrations the first one.
    package var registeredAt: Timestamp {
        let last = registrations[registrations.count - 1]
        guard let before = leavings.last(where: { $0 < last }) else { return registrations[0] }
        return registrations.first { $0 > before } ?? last
    }

    package mutating func register(at time: Timestamp) {
        leavings.removeAll { $0 == time }
        Self.insert(time, &registrations)
    }

    package mutating func leave(at time: Timestamp) { Self.insert(time, &leavings) }

    private static func insert(_ time: Timestamp, _ times: inout [Timestamp]) {
        guard !times.contains(time) else { return }
        times.insert(time, at: times.firstIndex { $0 > time } ?? times.endIndex)
        if times.count > limit { times.removeFirst() }
    }

    // MARK: In a row

    /// Earlier versions know of one registration and nothing else.
    package init(_ fields: borrowing Fields) throws(JSONError) {
        let registeredAt: Timestamp = try fields.required("registeredAt")
        let leftAt: Timestamp? = try fields.optional("leftAt")
        registrations = try Self.times(fields, "registrations") ?? [registeredAt]
        leavings = try Self.times(fields, "leavings") ?? leftAt.map { [$0] } ?? []
        guard !registrations.isEmpty else { throw JSONError(field: "registrations", .outOfRange) }
    }

    private static func times(_ fields: borrowing Fields, _ name: StaticString) throws(JSONError) -> [Timestamp]? {
        guard fields.has(name) else { return nil }
        let times = try fields.numbers(name, in: 0...Int64.max, atMost: limit)
        return times.map { Timestamp(milliseconds: $0 ?? 0) }.sorted()
    }

    package func write(_ json: inout JSONWriter) {
        json.field("registeredAt", registeredAt)
        json.field("leftAt", ifThere: leftAt)
        if registrations != [registeredAt] { json.field("registrations", registrations.map(\.milliseconds)) }
        if leavings != (leftAt.map { [$0] } ?? []) { json.field("leavings", leavings.map(\.milliseconds)) }
    }
}
