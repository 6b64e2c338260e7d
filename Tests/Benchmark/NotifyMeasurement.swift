import Contracts
import Daemon
import JSON
import Kafka

/// An order of which many customers are told: how long until a receiver has taken all their notices, and what that
/// costs notify and the receiver.
final class NotifyMeasurement {
    private let client: Client
    private let customers: Int
    private let order = OrderID(text: "bench-\(Timestamp.current.milliseconds)")
    private var (contacts, asked, accepted, others) = (0, 0, 0, 0)

    private static let limit = Duration.seconds(900)

    init(_ client: Client, customers: Int) { (self.client, self.customers) = (client, customers) }

    /// - Parameters:
    ///   - process: notify's.
    ///   - receiver: the process of who is told.
    func run(_ process: Int, receiver: Int) throws {
        let reader = try client.makeReader(
            from: client.ends(Context.response.events) + client.ends(Context.notify.events))
        let atFirst = ProcessUsage(process)
        for number in 0..<customers {
            let id = Load.customer(number)
            let contact = Contact([ContactChannel("push", address: "+8210\(id.text)")])
            try client.send(.notifyCommands, id.text, SetContact(user: id, contact: contact))
        }
        try client.flush()
        _ = try take(reader) { $0.contacts == customers }
        let (before, others) = (ProcessUsage(process), ProcessUsage(receiver))
        let start = ContinuousClock.now
        try client.send(.drCommands, order.text, StartDr(id: order, name: "benchmark", kind: "reliable"))
        try client.flush()
        let asked = try take(reader) { $0.asked == customers }
        let told = try take(reader) { $0.accepted + $0.others == customers }
        guard self.others == 0 else { throw MeasurementError(description: "\(self.others) notices are not told") }
        say("asked", (asked - start).seconds)
        say("told", (told - start).seconds)
        if let atFirst, let before, let after = ProcessUsage(process) {
            say("us_contact", (before.cpu - atFirst.cpu).seconds * 1e6 / Double(customers))
            say("us", (after.cpu - before.cpu).seconds * 1e6 / Double(customers))
            say("rss", after.residentBytes / 1_000_000)
        }
        if let others, let after = ProcessUsage(receiver) {
            say("us_receiver", (after.cpu - others.cpu).seconds * 1e6 / Double(customers))
        }
    }

    private func take(
        _ reader: Reader, until isThere: (NotifyMeasurement) -> Bool
    ) throws -> ContinuousClock.Instant {
        let began = ContinuousClock.now
        while !isThere(self) {
            _ = try client.next(reader, milliseconds: 100) { try event($0) }
            guard .now - began < Self.limit else {
                throw MeasurementError(
                    description: "after \(Self.limit) of \(customers) customers \(contacts) have contacts, \(asked) "
                        + "are asked, \(accepted) are told, \(others) are not")
            }
        }
        return .now
    }

    private func event(_ fields: borrowing Fields) throws {
        switch try fields.identifier("eventType") {
        case ContactSet.type.description: contacts += 1
        case ListMade.type.description: asked += 1
        case NoticeAccepted.type.description: accepted += 1
        case NoticeFailed.type.description: others += 1
        default: break
        }
    }
}
