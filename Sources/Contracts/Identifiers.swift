/// An id of one kind, so that a customer's cannot stand where an order's belongs.
package protocol Identifier: Hashable, Sendable, CustomStringConvertible {
    var text: String { get }
    /// Takes a text that has been found fit.
    init(text: String)
    static var canHoldDots: Bool { get }
}

extension Identifier {
    package static var canHoldDots: Bool { true }
    package var description: String { text }

    /// An id that someone has written outside of a message; nil when none can be so.
    package init?(checking text: String) {
        guard IdentifierRule.any.fault(in: text, canHoldDots: Self.canHoldDots) == nil else { return nil }
        self.init(text: text)
    }
}

/// A customer.
package struct UserID: Identifier {
    package let text: String
    package init(text: String) { self.text = text }
}

/// A demand-response order. It holds no dot, which ends it in the id of a response.
package struct OrderID: Identifier {
    package static var canHoldDots: Bool { false }
    package let text: String
    package init(text: String) { self.text = text }
}

/// What an operator or an application calls a withdrawal of points.
package struct WithdrawalID: Identifier {
    package let text: String
    package init(text: String) { self.text = text }
}

/// A resource: a group of customers of one kind and region.
package struct ResourceID: Identifier {
    /// In bytes, beside what holds for all ids: an order's events and rows name up to `Limits.resources` of them.
    package static let limit = 64

    package let text: String
    package init(text: String) { self.text = text }

    /// By bytes, as rows have them.
    package static func == (one: Self, other: Self) -> Bool { one.text.hasSameBytes(other.text) }
    package func hash(into hasher: inout Hasher) { ExactText(text).hash(into: &hasher) }
}

/// What an operator calls a change of points by hand.
package struct AdjustmentID: Identifier {
    package let text: String
    package init(text: String) { self.text = text }
}

/// One customer's response to one order: `<drId>.<userId>`.
package struct ResponseID: Hashable, Sendable, CustomStringConvertible {
    /// In characters, the dot included.
    static let limit = 2 * IdentifierRule.limit + 1

    package let order: OrderID
    package let user: UserID
    package var description: String { String(joining: order.text, ".", user.text) }

    package init(_ order: OrderID, _ user: UserID) {
        self.order = order
        self.user = user
    }

    /// nil when the text is no such id.
    package init?(_ text: String) {
        guard let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let order = String(text[..<dot])
        let user = String(text[text.utf8.index(after: dot)...])
        guard IdentifierRule.any.fault(in: order, canHoldDots: false) == nil,
            IdentifierRule.any.fault(in: user, canHoldDots: true) == nil
        else { return nil }
        self.init(OrderID(text: order), UserID(text: user))
    }
}
