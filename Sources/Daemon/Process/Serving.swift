/// What a `Service` runs: something that works until it is stopped, and listens on a port.
package protocol Serving: Sendable {
    /// Works until it is stopped. One thread.
    /// - Parameter onListening: receives its port.
    /// - Throws: what someone has to mend.
    func run(onListening: (UInt16) -> Void) throws

    /// Any thread.
    func requestStop()
}
