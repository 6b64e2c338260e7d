/// How many calls are in flight, of so many that may be: an endpoint that hangs cannot take everything with it.
package struct Bulkhead: Hashable, Sendable {
    package let limit: Int
    package private(set) var inFlight = 0

    package init(limit: Int) { self.limit = max(1, limit) }

    package var isFull: Bool { inFlight >= limit }

    /// A call begins.
    /// - Precondition: it is not full.
    package mutating func enter() {
        precondition(!isFull, "more calls than there may be")
        inFlight += 1
    }

    /// A call has ended.
    /// - Precondition: one has begun.
    package mutating func leave() {
        precondition(inFlight > 0, "more ends than calls")
        inFlight -= 1
    }
}
