/// What is known of one customer's use.
package protocol ReadingHistory {
    var zone: Zone { get }
    /// How many days are kept: a method need not look further back.
    var daysKept: Int64 { get }
    /// Wh of a quarter hour; nil without a reading.
    func wh(_ quarter: Quarter) throws -> Int64?
}
