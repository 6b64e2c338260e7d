/// A limit of a kind that an order does not keep.
package struct BrokenLimit: Sendable, Hashable {
    /// The limit's field in the market: what an event notes where the order was forced.
    package let name: String
    /// What it allows, and what was asked for.
    package let words: String

    package init(_ name: String, _ words: String) { (self.name, self.words) = (name, words) }
}
