package import Simulators

/// What goes wrong with the utility's answers.
package typealias MeterFaults = Faults<MeterFault, DayFault>

package enum MeterFault: String, FaultKind {
    /// The first byte comes late.
    case slow
    case error500 = "500"
    /// 503, with `Retry-After`.
    case busy503 = "503"
    /// Half of the body, with its length.
    case cut
    /// A page of HTML with status 200.
    case html
    /// A value that is none: negative, a word, or more than a quarter hour can have.
    case wrong
    /// A meter is there twice.
    case duplicate
}

/// Of a day, the same in each answer until it is over.
package enum DayFault: String, FaultKind {
    /// Some of its values are corrected a day later.
    case corrected
    /// Some of its values come a day later.
    case gaps
}
