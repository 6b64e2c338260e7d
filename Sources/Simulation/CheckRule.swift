/// How the kepco daemons that a run meets are set.
package struct CheckRule: Sendable, Hashable {
    /// At most so many weekdays make a baseline.
    package var referenceDays: Int
    /// Thousandths of a point for a reduced Wh.
    package var milliPointsPerWh: Int64

    package init(referenceDays: Int = 10, milliPointsPerWh: Int64 = 1000) {
        (self.referenceDays, self.milliPointsPerWh) = (referenceDays, milliPointsPerWh)
    }
}
