/// One choice of days for a whole order, and their use.
package struct BaselineSums: Sendable, Hashable {
    /// Those that are averaged, newest first; none without a reference.
    package let days: [Day]
    /// Their use in each of the order's intervals, added up.
    package let sums: [Int64]
    /// The other days that were looked at, newest first.
    package let leftOut: [DayLeftOut]
}
