package import Contracts
package import JSON
import Workers

/// Which order came last of a StartDr without an id, by what it says: sent again within a minute it is the same order.
package enum NamedStarts: OrdersPart {
    package static let prefix = "/start/"
    /// Within this time, by Kafka's clock, two that say the same are one.
    package static let window = Duration.seconds(60)
    /// Partitions may lag: as long one that says the same is recognized, however late it is read.
    package static let kept = Duration.seconds(24 * 3600)

    package static func wrap(_ row: Row) -> Orders.Row { .start(row) }

    package static func unwrap(_ row: Orders.Row) -> Row? {
        if case .start(let row) = row { row } else { nil }
    }

    package struct Row: Workers.Row, Hashable {
        package let order: OrderID
        package let requestedAt: Timestamp

        package init(_ order: OrderID, requestedAt: Timestamp) { (self.order, self.requestedAt) = (order, requestedAt) }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            order = try fields.required("drId")
            requestedAt = try fields.required("requestedAt")
        }

        package func write(_ json: inout JSONWriter) {
            json.field("drId", order)
            json.field("requestedAt", requestedAt)
        }

        var until: Timestamp { min(requestedAt + NamedStarts.kept, .last) }
    }
}

extension StartDr {
    /// What stands for an order without an id: the same for all that say the same. Where it lives is decided by it.
    var fingerprint: String {
        let times = [startsAt, endsAt].map { $0.map { "\($0.milliseconds)" } ?? "" }
        let said = ([name, kind] + times + targets.words + (isTest ? ["test"] : [])).joined(separator: "\0")
        let digits = String(Partitioner.checksum(of: said.utf8.span), radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// The id of an order without one, by when it was asked for: dr-20261121-1203-9f3c2a71, the time in UTC.
    func derivedID(at time: Timestamp) -> OrderID {
        let digits = "\(time)".utf8.filter { (0x30...0x39).contains($0) }
        let text = String(decoding: digits.prefix(12), as: UTF8.self)
        return OrderID(text: "dr-\(text.prefix(8))-\(text.suffix(4))-\(fingerprint)")
    }
}

extension WantedTargets {
    /// None where nothing is said: the ids of such orders are as those of earlier versions.
    fileprivate var words: [String] {
        if asksAll, quantity == nil { return [] }
        return ["\(resources.count)"] + resources.map(\.text) + regions + [quantity.map { "\($0)" } ?? ""]
    }
}
