import Contracts
package import JSON

/// How an order stands in its row. A state that earlier versions do not know is written as one that does no harm there,
/// with its cursor in a field of its own: a list whose change or cancellation is told stays open there, one that is
/// closed is saved.
extension Order {
    private static let later: [(state: State, earlier: State, cursor: StaticString)] = [
        (.changing, .open, "changing"), (.closing, .saving, "closing"), (.cancelling, .open, "cancelling"),
    ]

    package init(_ fields: borrowing Fields) throws(JSONError) {
        let course = try Course(fields)
        let (state, cursor) = try Self.progress(fields, isCancelled: course.cancellation != nil)
        self.init(
            announcedAt: try fields.required("announcedAt"), startsAt: try fields.required("startsAt"),
            announcedEnd: try fields.optional("plannedEnd"), kind: try OrderKind(fields),
            targets: try OrderTargets(fields),
            course: course, state: state, cursor: cursor)
    }

    private static func progress(
        _ fields: borrowing Fields, isCancelled: Bool
    ) throws(JSONError) -> (State, cursor: String) {
        for (state, _, name) in later where fields.has(name) { return (state, try fields.required(name)) }
        guard let state = State(rawValue: try fields.required("state")) else {
            throw JSONError(field: "state", .outOfRange)
        }
        return (isCancelled ? .cancelled : state, try fields.required("cursor"))
    }

    package func write(_ json: inout JSONWriter) {
        json.field("announcedAt", announcedAt)
        json.field("startsAt", startsAt)
        json.field("plannedEnd", ifThere: announcedEnd)
        kind?.write(&json)
        announcedTargets?.write(&json)
        if let later = Self.later.first(where: { $0.state == state }) {
            json.field("state", later.earlier.rawValue)
            json.field("cursor", "")
            json.field(later.cursor, cursor)
        } else {
            json.field("state", (state == .cancelled ? .open : state).rawValue)
            json.field("cursor", cursor)
        }
        if course.isFinal { course.write(&json) } else { course.writeChange(&json) }
    }
}
