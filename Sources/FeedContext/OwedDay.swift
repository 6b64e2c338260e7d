import Contracts
import JSON

/// A day that is asked for again: it is not there wholly, or is looked at once more for corrections.
struct OwedDay: Hashable {
    /// Counted from 1970.
    let day: Int64
    /// So many days behind it it is asked for next.
    var age: Int64
    /// Whether the utility has said that it had nothing of it.
    var hadNone = false
    /// What of it has gone to kepco.
    var sent: SentDay?

    /// Whether it is there, but for corrections.
    var isWhole: Bool { sent?.isWhole ?? false }

    init(day: Int64, age: Int64, hadNone: Bool, sent: SentDay?) {
        (self.day, self.age, self.hadNone, self.sent) = (day, age, hadNone, sent)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        day = try fields.required("day", in: MeteredCustomer.days)
        age = try fields.required("age", in: 1...1000)
        hadNone = try fields.optional("none") ?? false
        sent = try SentDay(fields)
    }

    func write(_ json: inout JSONWriter) {
        json.field("day", day)
        json.field("age", age)
        if hadNone { json.field("none", true) }
        sent?.write(&json)
    }
}

/// Which quarter hours of a day have gone to kepco, and a checksum of their values: enough to see what is new.
struct SentDay: Hashable {
    /// A digit for four quarter hours, the first one its highest bit.
    let quarters: String
    let sum: String

    private static let all = String(repeating: "f", count: 24)

    var isWhole: Bool { quarters == Self.all }

    /// - Parameter tenths: of 96 quarter hours.
    init(_ tenths: [Int64?]) {
        quarters = stride(from: 0, to: tenths.count, by: 4).map { first in
            let bits = tenths[first..<min(first + 4, tenths.count)].reduce(0) { $0 << 1 | ($1 == nil ? 0 : 1) }
            return String(bits, radix: 16)
        }.joined()
        sum = Self.sum(tenths.indices.map { ($0, tenths[$0]) })
    }

    /// nil where nothing has been sent.
    init?(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("sum") else { return nil }
        sum = try fields.string("sum", atMost: 16)
        quarters = fields.has("quarters") ? try fields.string("quarters", atMost: 24) : Self.all
    }

    func write(_ json: inout JSONWriter) {
        if !isWhole { json.field("quarters", quarters) }
        json.field("sum", sum)
    }

    /// What of a later answer has not been sent: what is new, and all of it where anything has changed.
    func news(_ tenths: [Int64?]) -> [Int64?] {
        let digits = quarters.utf8.map { Int(String(UnicodeScalar($0)), radix: 16) ?? 0 }
        let isSent = tenths.indices.map { $0 / 4 < digits.count && digits[$0 / 4] >> (3 - $0 % 4) & 1 == 1 }
        let known = tenths.indices.filter { isSent[$0] }.map { ($0, tenths[$0]) }
        guard Self.sum(known) == sum else { return tenths }
        return tenths.indices.map { isSent[$0] ? nil : tenths[$0] }
    }

    private static func sum(_ tenths: [(place: Int, value: Int64?)]) -> String {
        let text = tenths.compactMap { item in item.value.map { "\(item.place)=\($0)," } }.joined()
        return String(text.stableHash, radix: 16)
    }
}
