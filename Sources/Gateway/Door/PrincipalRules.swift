import Contracts
import JSON
package import JWT

/// Which claims say who someone is.
package struct PrincipalRules: Hashable, Sendable {
    /// Of a name, in bytes: as long as a record's header says who sent it.
    private static let nameLimit = Request.actorLimit

    package var name: ClaimPath
    /// A list, or a text with blanks between its words.
    package var roles: ClaimPath
    package var customer: ClaimPath

    package init(name: String = "sub", roles: String = "roles", customer: String = "customer") {
        (self.name, self.roles, self.customer) = (ClaimPath(name), ClaimPath(roles), ClaimPath(customer))
    }

    /// The first of the roles that the token has; words that are none are for others.
    func principal(_ claims: Claims) throws(DoorRefusal) -> Principal {
        guard let name = try text(name, claims), Self.isName(name) else {
            throw .invalidToken(
                "the token has no name: \(self.name) must be a string of 1 to \(Self.nameLimit) visible characters")
        }
        let words = try words(roles, claims)
        guard let role = Role.allCases.first(where: { words.contains($0.rawValue) }) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw .forbidden("the token has no role: \(self.roles) must hold one of \(roles)")
        }
        guard role == .customer else { return Principal(name: name, role: role) }
        guard let customer = try text(customer, claims), let id = UserID(checking: customer) else {
            throw .forbidden(
                "the token has the role customer but no customer: \(self.customer) must be the customer's id, a string")
        }
        return Principal(name: name, role: role, userID: id)
    }

    private func text(_ path: ClaimPath, _ claims: Claims) throws(DoorRefusal) -> String? {
        guard case .text(let text) = try value(path, claims) else { return nil }
        return text
    }

    private func words(_ path: ClaimPath, _ claims: Claims) throws(DoorRefusal) -> [String] {
        switch try value(path, claims) {
        case .texts(let words): words
        case .text(let text): text.split(separator: " ").map(String.init)
        default: []
        }
    }

    private func value(_ path: ClaimPath, _ claims: Claims) throws(DoorRefusal) -> LooseValue? {
        do throws(TokenError) { return try claims.value(path) } catch { throw .invalidToken("\(error)") }
    }

    private static func isName(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        return text.isVisible && text.utf8.count <= nameLimit && !scalars.contains { $0.unprintable != nil }
    }
}
