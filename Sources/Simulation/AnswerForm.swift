import Contracts
import JSON

/// How an answer is written. All of these are understood.
package enum AnswerForm: Sendable, CaseIterable {
    case plain
    /// By the response's id in place of order and customer.
    case byResponse
    /// The order's id as a number, where it is one.
    case numericOrder
    /// Typed by its `eventType` alone.
    case withoutHeader
    /// Typed by its header alone, in a value that says little and has spaces.
    case headerOnly
    /// In any partition, and sent on to the right one.
    case withoutKey

    /// The record of an answer.
    func record(_ answer: Answer, _ id: ResponseID, at time: Timestamp) -> OutgoingRecord {
        let type = answer == .accept ? Accept.type : Deny.type
        let name = type.description
        var record = OutgoingRecord(topic: .responseCommands, key: id.user.text, type: name, value: "")
        let order = id.order.text
        switch self {
        case .plain, .withoutHeader, .withoutKey:
            let choice = Choice(id, channel: "app")
            record.value =
                answer == .accept
                ? JSONWriter.text(Accept(choice), at: time) : JSONWriter.text(Deny(choice), at: time)
            if self == .withoutHeader { record.type = nil }
            if self == .withoutKey { record.key = nil }
        case .byResponse:
            record.value = #"{"eventType":"\#(name)","id":"\#(id)","channel":"sms"}"#
        case .numericOrder:
            let isNumber = !order.isEmpty && order.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            let number = isNumber && !order.utf8.starts(with: "0".utf8) ? order : #""\#(order)""#
            record.value = #"{"eventType":"\#(name)","drId":\#(number),"userId":"\#(id.user)","battery":0.5}"#
        case .headerOnly:
            record.value = "{ \"userId\" : \"\(id.user)\",\n  \"drId\" : \"\(order)\" }"
        }
        return record
    }
}

extension JSONWriter {
    /// One message by itself.
    static func text(_ message: some Message, at time: Timestamp) -> String {
        var json = JSONWriter()
        let range = json.message(message, at: time)
        return unsafe json.bytes.extracting(range).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }
}
