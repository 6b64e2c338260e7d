package import JSON

/// The name of a message: its `eventType`, and the header `type` of its record.
package struct MessageType: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let name: StaticString

    package init(stringLiteral name: StaticString) { self.name = name }

    package var description: String { name.description }

    package static func == (one: Self, other: Self) -> Bool {
        // The same literal nearly always.
        if unsafe one.name.utf8Start == other.name.utf8Start { return true }
        return one.isNamed(other.bytes)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(name.description) }

    package var bytes: Span<UInt8> {
        @_lifetime(immortal)
        get {
            // A literal lives as long as the program.
            unsafe _overrideLifetime(
                Span(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount), copying: ())
        }
    }

    package func isNamed(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        for position in bytes.indices where unsafe bytes[position] != name.utf8Start[position] { return false }
        return true
    }
}

/// What a record says as a JSON object. It says once how it is read and once how it is written; `eventType` and
/// `timestamp` are the envelope's.
package protocol Message: Sendable {
    static var type: MessageType { get }
    /// What is refused in it, and would be ignored otherwise.
    static var lookalikes: [Lookalike] { get }
    /// Where no rejection may say what stood in a field, for a number or an address may have come to stand in any: by
    /// field, what to write there. nil where it may.
    static var hints: [String: String]? { get }
    init(_ fields: borrowing Fields) throws(JSONError)
    func write(_ json: inout JSONWriter)
}

extension Message {
    package static var lookalikes: [Lookalike] { [] }
    package static var hints: [String: String]? { nil }
}

extension JSONWriter {
    /// A whole message with its envelope.
    @discardableResult
    package mutating func message(_ message: some Message, at time: Timestamp) -> Range<Int> {
        object { json in
            json.field("eventType", word: type(of: message).type.name)
            json.field("timestamp", time.milliseconds)
            message.write(&json)
        }
    }
}
