package import Contracts

/// What a simulation sends.
package struct OutgoingRecord: Sendable, Hashable {
    package var topic: Topic
    package var key: String?
    /// The header.
    package var type: String?
    package var value: String

    package init(topic: Topic, key: String?, type: String?, value: String) {
        (self.topic, self.key, self.type, self.value) = (topic, key, type, value)
    }
}

/// What a simulation gets to see: an event, or a record that was refused.
package struct IncomingRecord: ~Escapable {
    package let topic: String
    package let key: Span<UInt8>?
    package let value: Span<UInt8>
    /// Why it was refused; nil for an event.
    package let refusal: String?

    @_lifetime(copy key, copy value)
    package init(topic: String, key: Span<UInt8>?, value: Span<UInt8>, refusal: String?) {
        self.topic = topic
        self.key = key
        self.value = value
        self.refusal = refusal
    }
}

/// Where a simulation sends records and sees what comes of them: Kafka, or the contexts in memory.
package protocol Exchange: AnyObject {
    /// The time that records sent now will carry.
    var now: Timestamp { get }

    func send(_ record: OutgoingRecord) throws

    /// Waits until everything sent has arrived.
    func flush() throws

    /// Lends each event that the contexts have emitted in earlier times.
    func replay(_ topic: Topic, _ body: (Span<UInt8>) -> Void) throws

    /// Lends what has come since the last time, in batches; waits a little when there is nothing yet.
    func receive(_ body: (borrowing IncomingRecord) throws -> Void) throws
}
