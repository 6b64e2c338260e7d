import Contracts
import JSON

/// A DRstarted of which only the time matters.
struct Started: Message {
    static let type: MessageType = "DRstarted"
    init() {}
    init(_ fields: borrowing Fields) throws(JSONError) {}
    func write(_ json: inout JSONWriter) {}
}
