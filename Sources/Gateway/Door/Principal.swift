package import Contracts

/// Who asks: a name for the records, and what he may.
package struct Principal: Hashable, Sendable {
    /// As tokens name him; it goes into the header `actor` of what he sends.
    package let name: String
    package let role: Role
    /// The customer that he is; nil for all others.
    package let userID: UserID?

    package init(name: String, role: Role, userID: UserID? = nil) {
        (self.name, self.role, self.userID) = (name, role, userID)
    }
}

/// Who has been let in, and for how long.
package struct Admission: Hashable, Sendable {
    package let principal: Principal
    /// When his token is taken no longer; nil where none was needed.
    package let end: Timestamp?

    package init(principal: Principal, end: Timestamp? = nil) { (self.principal, self.end) = (principal, end) }
}

/// What someone may.
package enum Role: String, CaseIterable, Sendable {
    /// Starts and ends orders, changes customers, replays dead letters.
    case `operator`
    /// Reads all and changes nothing.
    case auditor
    /// Reads and answers for himself.
    case customer
}
