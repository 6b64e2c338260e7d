/// One choice of days for an order, or for a part of it, and their use.
package struct BaselineSums: Sendable, Hashable {
    /// What of the order it is for, by the market's clock.
    package let minutes: Minutes
    /// Those that are averaged, newest first; none without a reference.
    package let days: [Day]
    /// Their use in each interval of that, added up.
    package let sums: [Int64]
    /// The other days that were looked at, newest first.
    package let leftOut: [DayLeftOut]
}
