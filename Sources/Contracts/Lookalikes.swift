package import JSON

/// A field that a message does not have, and by which its sender surely means something. Unknown fields are ignored;
/// these would turn what was asked for into something else, without a word. `topics/` lists them too.
package struct Lookalike: Sendable {
    package let name: StaticString
    /// What to do instead.
    package let advice: String

    package init(_ name: StaticString, _ advice: String) { (self.name, self.advice) = (name, advice) }

    /// Names that people give to a field that is called otherwise.
    static func of(_ field: StaticString, _ names: StaticString...) -> [Self] {
        names.map { Self($0, "write \"\(field)\"") }
    }

    static let test = of("test", "isTest")
    static let start = of("startsAt", "startAt", "startTime", "startDate", "starts_at", "date")
    package static let end = of("endsAt", "endAt", "endTime", "endDate", "endedAt", "ends_at")
    /// Of a message that says whom an order asks, or which resource a customer belongs to.
    package static let targets = of("resources", "resource", "resourceId") + of("regions", "region")
    static let resource = of("resource", "resources", "resourceId")
    /// Of a message that leaves the start as it is.
    static let fixedStart = (["startsAt"] + start.map(\.name)).map { Self($0, "an order's start cannot be changed") }
    /// Of a message that works at once.
    package static let noEnd = (["endsAt"] + end.map(\.name) + ["cancelAt", "cancelledAt"]).map {
        Self($0, "an order is cancelled at once; ChangeDr moves its end")
    }
}

extension Fields {
    package func refuse(_ lookalikes: [Lookalike]) throws(JSONError) {
        for lookalike in lookalikes where has(lookalike.name) {
            throw JSONError(field: lookalike.name.description, .unread, found: "is not read: \(lookalike.advice)")
        }
    }
}
