/// What is known of one customer's use.
package protocol ReadingHistory {
    var zone: Zone { get }
    /// How many days are kept: a method need not look further back.
    var daysKept: Int64 { get }
    /// Wh of a quarter hour; nil without a reading.
    func wh(_ quarter: Quarter) throws -> Int64?
    /// Wh of quarter hours in a row, nil unless all are there; looks no further than where one is missing.
    func all(_ quarters: Range<Quarter>) throws -> [Int64]?
}
