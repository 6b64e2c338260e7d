import Contracts
import Daemon
import JSON
import Signing

/// What a client asks of a context, on its way through Kafka.
struct Command: Sendable {
    /// Begins with the context's name: only what that context says is an answer.
    let id: CommandID
    let type: MessageType
    let topic: String
    /// Its partition hangs on it.
    let key: String
    let value: [UInt8]
    /// Who sends it.
    let actor: String
    /// A hash of what was asked for.
    let body: String

    init(_ message: some Message, to context: Context, key: String, id: CommandID, by actor: String, body: String) {
        (self.id, self.key, self.actor, self.body) = (id, key, actor, body)
        type = Swift.type(of: message).type
        topic = context.commands
        var json = JSONWriter()
        // Kafka's own time is when it was asked for: contexts go by that.
        json.message(message, at: Timestamp.current)
        value = json.take()
    }
}

/// What the gateway calls a command: `dr-` and 32 hexadecimal digits.
struct CommandID: Hashable, Sendable, CustomStringConvertible {
    let description: String

    /// Of one that is sent once.
    static func random(_ context: Context) -> CommandID {
        var generator = SystemRandomNumberGenerator()
        return CommandID(description: "\(context.name)-\(hex(generator.next()))\(hex(generator.next()))")
    }

    /// The same each time that somebody comes with this key: with any replica, and after any crash.
    static func of(_ key: String, by principal: String, _ context: Context) -> CommandID {
        // Lengths first: no two pairs read the same.
        CommandID(description: "\(context.name)-\(digest("\(principal.utf8.count) \(principal) \(key)"))")
    }

    /// nil for a text that is none.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, Context.all.contains(where: { $0.name == parts[0] }), parts[1].utf8.count == 32,
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = text
    }

    private init(description: String) { self.description = description }

    /// Of an order or a customer that its sender has not named: the same for the same command.
    var short: String { String(description.drop { $0 != "-" }.dropFirst().prefix(12)) }

    /// 32 hexadecimal digits of SHA-256.
    static func digest(_ text: String) -> String { digest(Array(text.utf8)) }

    static func digest(_ bytes: [UInt8]) -> String {
        SHA256Digest(bytes.span).hex.prefix(32).description
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
