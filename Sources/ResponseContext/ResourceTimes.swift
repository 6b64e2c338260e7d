package import Contracts
package import JSON
import Workers

/// To which resource a customer belonged at what time: what user's events say, by their times, whatever order they are
/// heard in. Empty as long as no event has named one.
package struct ResourceTimes: Hashable, Sendable {
    package struct Stated: Hashable, Sendable {
        package let at: Timestamp
        /// nil: to none.
        package let resource: ResourceID?

        init(_ resource: ResourceID?, at time: Timestamp) { (at, self.resource) = (time, resource) }
    }

    /// More than this nobody needs: they matter to orders that have not been read yet.
    package static let limit = 8

    /// By time, the first one first.
    package private(set) var stated: [Stated] = []

    package init() {}

    /// To which the customer belonged at this time. What is further back than is known was as the first that is.
    package func resource(at time: Timestamp) -> ResourceID? {
        (stated.last { $0.at <= time } ?? stated.first)?.resource
    }

    /// Takes in what an event of this time says. Of two of one millisecond the one read last holds.
    /// - Parameter before: when the customer is known to have belonged to none, where nothing else was ever said; of
    ///   this very millisecond, until then.
    package mutating func state(_ resource: ResourceID?, at time: Timestamp, before: [Timestamp]) {
        if stated.isEmpty {
            guard resource != nil else { return }
            for earlier in before { insert(Stated(nil, at: earlier == time ? time - .milliseconds(1) : earlier)) }
        }
        insert(Stated(resource, at: time))
        while stated.count > Self.limit {
            // Rather one that only says again what was so.
            let again = stated.indices.dropFirst().first { stated[$0].resource == stated[$0 - 1].resource }
            stated.remove(at: again ?? 0)
        }
    }

    private mutating func insert(_ new: Stated) {
        stated.removeAll { $0.at == new.at }
        stated.insert(new, at: stated.firstIndex { $0.at > new.at } ?? stated.endIndex)
    }

    // MARK: In a row

    package init(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("resources") else { return }
        let resources = try fields.strings("resources", atMost: Self.limit)
        let times = try fields.numbers("resourcesSince", in: 0...Int64.max, atMost: Self.limit)
        guard times.count == resources.count else { throw JSONError(field: "resourcesSince", .outOfRange) }
        for (text, time) in zip(resources, times) {
            insert(Stated(text.isEmpty ? nil : ResourceID(text: text), at: Timestamp(milliseconds: time ?? 0)))
        }
    }

    package func write(_ json: inout JSONWriter) {
        guard !stated.isEmpty else { return }
        json.field("resources", stated.map { $0.resource?.text ?? "" })
        json.field("resourcesSince", stated.map(\.at.milliseconds))
    }
}
