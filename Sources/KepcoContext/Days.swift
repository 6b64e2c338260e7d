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

    /// The day's quarter hours, null where there is no reading; what is behind the last reading is left out. In a row
    /// they are whole Wh, as versions before read them, and the tenths are a digit each in a text of their own, which
    /// ends with the last that is not 0. Beside it, when each has arrived.
    struct Row: Workers.Row, Hashable {
        /// What readings have changed.
        enum Change { case nothing, arrivals, readings }

        private var tenths: [Int64?]
        /// As text, since only who records readings needs it.
        private var arrived: String

        init() { (tenths, arrived) = ([], "") }

        init(_ fields: borrowing Fields) throws(JSONError) {
            tenths = try fields.numbers("wh", decimals: 1, in: Limits.quarterTenths, atMost: Int(Quarter.perDay))
            if fields.has("tenths") {
                for (position, digit) in try fields.string("tenths", atMost: tenths.count).utf8.enumerated() {
                    guard let whole = tenths[position] else { continue }
                    tenths[position] = whole / 10 * 10 + Int64(digit &- UInt8(ascii: "0")) % 10
                }
            }
            arrived = fields.has("arrived") ? try fields.string("arrived", atMost: Arrivals.limit) : ""
        }

        func write(_ json: inout JSONWriter) {
            json.field("wh", tenths.map { $0.map { $0 / 10 } })
            // Most meters count whole ones.
            if let last = tenths.lastIndex(where: { ($0 ?? 0) % 10 != 0 }) {
                let digits = tenths[...last].map { UInt8(truncatingIfNeeded: ($0 ?? 0) % 10) + UInt8(ascii: "0") }
                json.field("tenths", String(decoding: digits, as: UTF8.self))
            }
            if !arrived.isEmpty { json.field("arrived", arrived) }
        }

        /// Of a Wh.
        subscript(position: Int) -> Int64? { position < tenths.count ? tenths[position] : nil }

        func hasAll(_ positions: Range<Int>) -> Bool {
            guard positions.upperBound <= tenths.count else { return false }
            for position in positions where tenths[position] == nil { return false }
            return true
        }

        /// False when one of them is not there.
        func append(_ positions: Range<Int>, to all: inout [Int64]) -> Bool {
            guard positions.upperBound <= tenths.count else { return false }
            for position in positions {
                guard let reading = tenths[position] else { return false }
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
                    while tenths.count <= position { tenths.append(nil) }
                    tenths[position] = reading
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
