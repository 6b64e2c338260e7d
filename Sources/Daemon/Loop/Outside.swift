package import Workers

/// Makes a worker's calls to the outside, on threads of its own, and sends what comes of each as a record to the
/// context's internal topic.
package protocol Outside: AnyObject, Sendable {
    /// Takes over what a transaction has asked for that is committed. The loop's thread, which waits: it only notes them
    /// down. How many there are at a time is for the worker to bound.
    func make(_ calls: [any OutsideCall])
}
