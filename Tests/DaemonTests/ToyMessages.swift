import Contracts
import JSON

/// Takes its time.
struct Burn: Message {
    static let type: MessageType = "Burn"
    var id: String
    var user: String
    var milliseconds: Int64

    init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.identifier("id")
        user = try fields.identifier("user")
        milliseconds = try fields.required("ms", in: 0...10_000)
    }

    func write(_ json: inout JSONWriter) {}
}

/// Has the toy say `Told` to itself.
struct Tell: Message {
    static let type: MessageType = "Tell"
    var id: String
    var user: String

    init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.identifier("id")
        user = try fields.identifier("user")
    }

    func write(_ json: inout JSONWriter) {}
}

/// What waits for the commands that were there.
struct Told: Message {
    static let type: MessageType = "Told"
    var id: String
    var user: String

    init(id: String, user: String) { (self.id, self.user) = (id, user) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.identifier("id")
        user = try fields.identifier("user")
    }

    func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("user", user)
    }
}
