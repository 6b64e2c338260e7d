/// What a `Service` runs: something that works until it is told to stop, and listens on a port.
package protocol Serving: Sendable {
    /// Works until it is told to stop. One thread.
    /// - Parameter onListening: is told its port.
    /// - Throws: what somebody has to mend.
    func run(onListening: (UInt16) -> Void) throws

    /// Any thread.
    func requestStop()
}
