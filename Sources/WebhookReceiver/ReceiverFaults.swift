package import Simulators

/// What goes wrong with a receiver's answers.
package typealias ReceiverFaults = Faults<ReceiverFault, AddressFault>

package enum ReceiverFault: String, FaultKind {
    /// The first byte comes late; the notices were taken.
    case slow
    /// Nothing was taken.
    case error500 = "500"
    /// 503, with `Retry-After`.
    case busy503 = "503"
    /// The notices were taken, and half of the answer comes.
    case cut
    /// The notices were taken, and the status says that something has gone wrong.
    case lost
    /// Of each second notice nothing is said.
    case partly
}

/// Of an address, each time.
package enum AddressFault: String, FaultKind { case refused }
