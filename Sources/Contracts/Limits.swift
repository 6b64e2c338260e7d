/// What a number in a message may be: whatever lies outside is a mistake, and arithmetic within cannot overflow.
package enum Limits {
    /// Points of one change or one balance.
    package static let points: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000
    /// Points of one withdrawal.
    package static let withdrawal: ClosedRange<Int64> = 1...1_000_000_000_000
    /// A customer's capacity, in Wh an hour.
    package static let capacity: ClosedRange<Int64> = 0...1_000_000_000_000
    /// What an order orders, and what a resource can reduce, in Wh an hour.
    package static let quantity: ClosedRange<Int64> = 1...1_000_000_000_000
    /// Won per kW and month.
    package static let price: ClosedRange<Int64> = 0...1_000_000_000
    /// Resources that there may be, and that an order may ask.
    package static let resources = 200
    /// The use of one quarter hour, in tenths of a Wh.
    package static let quarterTenths: ClosedRange<Int64> = 0...10_000_000_000
    /// Energy of a whole order, in Wh.
    package static let orderWh: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000
    /// What many customers come to, in customers, Wh or points: beyond it jq and JavaScript round.
    package static let sum: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991
    /// The same in whole kWh.
    package static let orderKWh: ClosedRange<Int64> = -1_000_000_000...1_000_000_000
    /// Won of an order.
    package static let won: ClosedRange<Int64> = -1_000_000_000_000_000...1_000_000_000_000_000
    /// How often an order may be changed, or a check be corrected.
    package static let version: ClosedRange<Int64> = 1...1_000_000_000_000
    /// An offset in a topic: up to 2^53 − 1, beyond which jq and JavaScript have rounded a number before it is sent.
    package static let offset: ClosedRange<Int64> = 0...9_007_199_254_740_991
    /// What one record may be that outsiders write: commands and readings. Handling it costs no more than that.
    package static let outsiders = RecordBounds(bytes: 64 * 1024, members: 1000)
    /// The same of records that contexts write: a check of a week lists each of its quarter hours twice.
    package static let contexts = RecordBounds(bytes: 512 * 1024, members: 8000)
    /// Readings in one message: a week of quarter hours.
    package static let readings = 672
}

/// How large a record's value may be that is looked at.
package struct RecordBounds: Sendable {
    package let bytes: Int
    /// Fields of objects and elements of arrays, nested ones included.
    package let members: Int
}
