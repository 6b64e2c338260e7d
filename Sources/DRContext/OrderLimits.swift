package import Contracts
package import Workers

/// When an order may run. Whatever lies outside is taken for a slip of the pen.
package enum OrderLimits {
    /// An order may be entered after the fact, by so much.
    package static let past = Duration.seconds(7 * 24 * 3600)
    package static let ahead = Duration.seconds(90 * 24 * 3600)
    package static let length = Duration.seconds(7 * 24 * 3600)

    /// Throws when an order asked for at `time` may not run from `start` to `end`; without an end it runs until it is
    /// ended.
    package static func check(
        _ id: OrderID, from start: Timestamp, until end: Timestamp?, askedFor time: Timestamp
    ) throws(Rejection) {
        guard start >= time - past else {
            throw .refused(
                "order \(id) cannot start at \(start): that is more than \(past.days) days before it was requested, "
                    + "at \(time)")
        }
        guard start <= time + ahead else {
            throw .refused(
                "order \(id) cannot start at \(start): that is more than \(ahead.days) days after it was requested, "
                    + "at \(time)")
        }
        if let end { try checkEnd(id, from: start, until: end, askedFor: time) }
    }

    /// Throws when an order that starts at `start` may not get this end at `time`.
    /// - Parameter request: what was asked for, in words.
    package static func checkEnd(
        _ id: OrderID, from start: Timestamp, until end: Timestamp, askedFor time: Timestamp,
        by request: String = "order"
    ) throws(Rejection) {
        guard end > start else {
            throw .refused("order \(id) cannot end at \(end): it starts at \(start) and must end later")
        }
        guard end > time else {
            throw .refused(
                "order \(id) cannot end at \(end): that time had passed when the \(request) was requested, at \(time)")
        }
        guard end <= start + length else {
            throw .refused(
                "order \(id) cannot run from \(start) to \(end): an order may last at most \(length.days) days")
        }
    }
}

extension Duration {
    fileprivate var days: Int64 { components.seconds / 86_400 }
}
