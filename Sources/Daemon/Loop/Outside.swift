package import Workers

/// Makes a worker's calls to the outside, on threads of its own, and sends what comes of each as a record to the
/// context's internal topic.
package protocol Outside: AnyObject, Sendable {
    /// Takes over what a transaction has asked for that is committed. The loop's thread, which waits: it only notes
    /// them down. How many there are at a time is for the worker to bound.
    func make(_ calls: [any OutsideCall])
    /// Gives up what has not been answered: the partitions that have asked are others' from here on, or are restored.
    /// Whoever has them next asks again when the calls' timers fire. The loop's thread.
    func drop()
}
