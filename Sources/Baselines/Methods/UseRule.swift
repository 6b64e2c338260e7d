/// Days with unusual use are no references. Judged are days without a gap in the order's time that no earlier rule has
/// dropped.
package struct UseRule: Sendable, Hashable {
    package enum Comparison: String, Sendable, CaseIterable {
        /// With the judged days' mean use in the order's time.
        case mean
        /// With the judged days' highest interval: the mean of a day's intervals against it.
        case highestInterval
    }

    /// What a dropped day is called.
    package var name: String
    package var comparison: Comparison
    /// Dropped strictly below so many percent.
    package var below: Int64
    /// Dropped strictly above so many percent; nil: none.
    package var above: Int64?

    package init(_ name: String, comparison: Comparison = .mean, below: Int64, above: Int64? = nil) {
        (self.name, self.comparison, self.below, self.above) = (name, comparison, below, above)
    }
}
