package import Contracts
package import JSON
package import Workers

/// An answer whose order or customer has not been heard of yet.
package struct WaitingAnswer: Row, Hashable {
    package let id: ResponseID
    package let given: GivenAnswer
    /// When it is given up, by the clock.
    package let until: Timestamp
    /// As it came, or what was understood of it, for the dead letters.
    package let record: KeptRecord

    package init(_ id: ResponseID, _ given: GivenAnswer, until: Timestamp, record: KeptRecord) {
        (self.id, self.given, self.until, self.record) = (id, given, until, record)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        id = ResponseID(try fields.required("drId"), try fields.required("userId"))
        given = GivenAnswer(
            try fields.answer("answer"), at: try fields.required("answeredAt"),
            channel: try fields.optional("channel"))
        until = try fields.required("until")
        record = try KeptRecord(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", id.order)
        json.field("userId", id.user)
        json.field("answer", given.answer.rawValue)
        json.field("answeredAt", given.at)
        json.field("channel", ifThere: given.channel)
        json.field("until", until)
        record.write(&json)
    }
}
