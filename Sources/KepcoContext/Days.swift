import Baselines
import Contracts
import JSON
import Workers

/// A customer's readings of one day, by `<userId>/<2026-11-20>`, the date in the market's zone.
enum Days: Table {
    static let name: StaticString = "days"

    static func key(_ user: UserID, _ day: Day) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(user.text.utf8.count + 11)
        bytes.append(contentsOf: user.text.utf8)
        bytes.append(UInt8(ascii: "/"))
        day.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Wh of the day's quarter hours, null where there is no reading; what is behind the last reading is left out.
    /// Beside it, when each has arrived.
    struct Row: Workers.Row, Hashable {
        /// What readings have changed.
        enum Change { case nothing, arrivals, readings }

        private var wh: [Int64?]
        /// As text, since only who records readings needs it.
        private var arrived: String

        init() { (wh, arrived) = ([], "") }

        init(_ fields: borrowing Fields) throws(JSONError) {
            wh = try fields.numbers("wh", in: Limits.quarterWh, atMost: Int(Quarter.perDay))
            arrived = fields.has("arrived") ? try fields.string("arrived", atMost: Arrivals.limit) : ""
        }

        func write(_ json: inout JSONWriter) {
            json.field("wh", wh)
            if !arrived.isEmpty { json.field("arrived", arrived) }
        }

        subscript(position: Int) -> Int64? { position < wh.count ? wh[position] : nil }

        func hasAll(_ positions: Range<Int>) -> Bool {
            guard positions.upperBound <= wh.count else { return false }
            for position in positions where wh[position] == nil { return false }
            return true
        }

        /// False when one of them is not there.
        func append(_ positions: Range<Int>, to all: inout [Int64]) -> Bool {
            guard positions.upperBound <= wh.count else { return false }
            for position in positions {
                guard let reading = wh[position] else { return false }
                all.append(reading)
            }
            return true
        }

        /// Puts readings where they belong, unless one that has arrived later is there; nil leaves what is there. Of
        /// two with the same arrival the one that is read later wins: they lie in one topic.
        mutating func record(_ readings: ArraySlice<Int64?>, from start: Int, _ arrival: Arrival) -> Change {
            var arrivals = Arrivals(arrived)
            var change = Change.nothing
            for (position, reading) in zip(start..., readings) {
                guard let reading, self[position] == nil || arrivals[position] <= arrival else { continue }
                if self[position] != reading {
                    while wh.count <= position { wh.append(nil) }
                    wh[position] = reading
                    change = .readings
                } else if change == .nothing, arrivals[position] != arrival {
                    change = .arrivals
                }
                arrivals[position] = arrival
            }
            if change != .nothing { arrived = arrivals.text { self[$0] != nil } }
            return change
        }
    }
}
