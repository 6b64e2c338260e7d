/// What an answer comes to.
package enum MeterOutcome: Hashable, Sendable {
    /// Readings, and what of the answer is none.
    case day(MeterDay, faults: MeterFaultCount)
    /// The utility has none yet, or nothing but gaps: to be asked again as the plan has it.
    case noDataYet(String)
    /// It cannot answer now: to be asked again soon, but not before so long.
    case retry(String, after: Duration?)
    /// Asking again brings the same until someone has acted.
    case refuse(String, of: Scope)

    /// Whom a refusal concerns.
    package enum Scope: Hashable, Sendable {
        /// This customer, or this day of his.
        case customer
        /// Everybody: the key, the address, or the form of the answers.
        case all
    }

    /// Whether the endpoint has failed, for whoever counts its failures.
    package var isFailure: Bool {
        switch self {
        case .day, .noDataYet, .refuse(_, of: .customer): false
        case .retry, .refuse(_, of: .all): true
        }
    }
}

/// Values of an answer that are no readings: they are gaps. How many, and what the first one is.
package struct MeterFaultCount: Hashable, Sendable {
    package private(set) var count = 0
    package private(set) var first: String?

    package init() {}

    package mutating func add(_ words: @autoclosure () -> String) {
        count += 1
        if first == nil { first = words() }
    }
}

extension MeterOutcome {
    /// What a status says by itself; nil where the body is to be looked at.
    package init?(status answer: MeterAnswer) {
        let words = "HTTP \(answer.status)"
        switch answer.status {
        case 200: return nil
        case 204: self = .noDataYet(words)
        case 408, 425, 429: self = .retry(words, after: answer.retryAfter)
        case 501, 505: self = .refuse(words, of: .all)
        case 500...599: self = .retry(words, after: answer.retryAfter)
        case 400, 422: self = .refuse(words, of: .customer)
        // The key, the address, or a proxy's: others fare no better.
        default: self = .refuse(words, of: .all)
        }
    }
}
