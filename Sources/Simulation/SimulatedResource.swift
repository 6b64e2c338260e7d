package import Contracts

/// A resource to which customers of a simulation belong.
package struct SimulatedResource: Sendable, Hashable {
    /// The methods that they choose in turn. Customers use the same at the order's time on each day before it, so that
    /// they all find the same baseline; one with an adjustment, by other hours, would not.
    private static let methods = [nil, "Max(4/5)", "Mid(6/10)", "Mid(4/6)"]
    /// In Wh an hour.
    package static let capacity: Int64 = 10_000_000

    package let id: ResourceID
    /// nil leaves it to its kind.
    package let method: String?

    /// - Parameter prefix: what the customers' ids begin with, too.
    init(_ place: Int, prefix: String) {
        id = ResourceID(text: "\(prefix)resource-\(place + 1)")
        method = Self.methods[place % Self.methods.count]
    }
}
