import Contracts
import Daemon
import Kafka

/// What a record's headers say of the command that brought it about.
struct Origin {
    /// The gateway's id of the command, which begins with the context that it was sent to.
    let command: String?
    /// Who sent it, as the door knew him. Whoever may write a topic can claim to be anybody.
    let actor: String?
    /// A hash of the request's body.
    let body: String?

    init(_ record: borrowing Record) {
        // Within the bounds that hold for them everywhere.
        let request = record.provenance.request
        (command, actor, body) = (request?.command, request?.actor, request?.idempotency)
    }

    /// Whether it was this context that was asked: what others do in the wake of it is no answer.
    func isAnswered(by context: Context) -> Bool {
        command.map { $0.hasPrefix("\(context.name)-") } ?? false
    }
}

extension Span<UInt8> {
    var text: String { unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }

    /// So much of a text, without half a character at its end.
    func text(atMost limit: Int) -> String {
        guard count > limit else { return text }
        var end = limit
        while end > 0, self[end] & 0xC0 == 0x80 { end -= 1 }
        return extracting(..<end).text
    }

    func place(of byte: UInt8) -> Int? {
        for position in indices where self[position] == byte { return position }
        return nil
    }

    func isEqual(to text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for position in indices where unsafe self[position] != text.utf8Start[position] { return false }
        return true
    }
}

extension Record {
    var place: String { RecordPlace(topic, partition, offset).description }
}
