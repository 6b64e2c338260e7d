package import Calls
import Contracts
package import JSON
package import Webhooks

/// A channel that notices go over: an endpoint with a pace, calls at a time and a circuit of its own.
package struct NotifyChannel: Sendable {
    package var name: String
    package var url: String
    /// By which calls are signed.
    package var key: WebhookKey
    /// Pace, calls at a time, and when the circuit opens.
    package var gate: CallGate.Settings

    /// - Parameters:
    ///   - pace: calls a second, each of up to 100 notices.
    ///   - calls: at a time.
    package init(name: String, url: String, key: WebhookKey, pace: Int = pace, calls: Int = calls) {
        (self.name, self.url, self.key) = (name, url, key)
        gate = CallGate.Settings()
        gate.rate = RateLimit(perSecond: pace, burst: max(1, pace / 10))
        gate.inFlight = calls
        // Slow answers are answers: only what is as good as none opens it.
        gate.breaker.failures = 5
        gate.breaker.slow = .seconds(30)
        gate.breaker.pause = .seconds(5)
        gate.breaker.probes = 2
    }

    /// The default: a million notices a minute are 170 calls a second.
    package static let pace = 200
    /// The default.
    package static let calls = 8
}

/// A channel as the operator's file has it: its key is a file of its own.
package struct NotifyChannelEntry: Hashable, Sendable {
    /// Of one file.
    package static let limit = 16

    package var name: String
    package var url: String
    package var keyFile: String
    package var pace: Int
    package var calls: Int

    package init(_ fields: borrowing Fields) throws(JSONError) {
        for name in fields.fieldNames where !Self.names.contains(name) { throw JSONError(field: name, .unread) }
        name = try fields.channel("name")
        url = try fields.text("url", atMost: 2000)
        keyFile = try fields.text("keyFile", atMost: 1000)
        pace = Int(try fields.optional("pace", in: 1...10_000) ?? Int64(NotifyChannel.pace))
        calls = Int(try fields.optional("calls", in: 1...100) ?? Int64(NotifyChannel.calls))
    }

    private static let names: Set = ["name", "url", "keyFile", "pace", "calls"]

    /// `{"channels": [{"name", "url", "keyFile", "pace", "calls"}]}`.
    package static func read(_ file: [UInt8]) throws(JSONError) -> [NotifyChannelEntry] {
        var reader = JSONReader()
        return try reader.fields(of: file.span).elements("channels", atMost: limit) { fields throws(JSONError) in
            try NotifyChannelEntry(fields)
        }
    }
}
