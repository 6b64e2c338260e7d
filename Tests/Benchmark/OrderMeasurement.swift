import Contracts
import Daemon
import JSON
import Kafka

/// An order for many customers: how long it takes to ask them all, and how long an answer takes meanwhile and
/// afterwards.
final class OrderMeasurement {
    private let client: Client
    private let customers: Int
    /// Answers a second.
    private let rate: Int
    private let id = OrderID(text: "bench-\(Timestamp.current.milliseconds)")
    private var asked = 0
    private var answersSent = 0
    private var sentAt: [Int: ContinuousClock.Instant] = [:]
    private var (meanwhile, afterwards) = (Latencies(), Latencies())
    private var allAskedAt: ContinuousClock.Instant?
    private var saved: [Answer: Int] = [:]

    /// How long answers continue after everybody has been asked.
    private static let rest = Duration.seconds(5)
    private static let timeout = Duration.seconds(120)

    init(_ client: Client, customers: Int, rate: Int) {
        (self.client, self.customers, self.rate) = (client, customers, rate)
    }

    /// - Parameter process: the response daemon's.
    func run(_ process: Int) throws {
        let reader = try client.makeReader(from: client.ends(Context.response.events))
        let before = ProcessUsage(process)
        let start = ContinuousClock.now
        try client.send(.drCommands, id.text, StartDr(id: id, name: "benchmark", kind: "reliable"))
        var (firstAt, during): (ContinuousClock.Instant?, ProcessUsage?) = (nil, nil)
        while true {
            try take(reader)
            let now = ContinuousClock.now
            if asked > 0, firstAt == nil { firstAt = now }
            if allAskedAt == nil, asked == customers { (allAskedAt, during) = (now, ProcessUsage(process)) }
            let isOver = allAskedAt.map { now - $0 > Self.rest } ?? false
            if isOver, sentAt.isEmpty { break }
            if let firstAt, !isOver { try answer(until: Int((now - firstAt).seconds * Double(rate))) }
            guard now - start < Self.timeout else {
                throw MeasurementError(
                    description:
                        "\(asked) of \(customers) customers asked, \(sentAt.count) answers open after \(now - start)")
            }
        }
        say("first", ((firstAt ?? start) - start).seconds)
        say("asked", ((allAskedAt ?? start) - start).seconds)
        if let before, let during {
            say("us", (during.cpu - before.cpu).seconds * 1e6 / Double(customers))
            say("rss", during.residentBytes / 1_000_000)
        }
        say("answers", answersSent)
        meanwhile.say("meanwhile")
        afterwards.say("afterwards")
        try close(reader)
    }

    /// What is there, after a wait of at most 1 ms.
    private func take(_ reader: Reader) throws {
        var wait: Int32 = 1
        for _ in 0..<500 {
            var isRecord = false
            _ = try client.next(reader, milliseconds: wait) { fields in
                isRecord = true
                try event(fields)
            }
            if !isRecord { return }
            wait = 0
        }
    }

    private func event(_ fields: borrowing Fields) throws {
        guard try fields.identifier("drId") == id.text else { return }
        switch try fields.identifier("eventType") {
        case ListMade.type.description: asked += 1
        case AcceptChosen.type.description:
            guard let number = Load.number(try fields.identifier("userId")),
                let sent = sentAt.removeValue(forKey: number)
            else { return }
            if allAskedAt.map({ sent < $0 }) ?? true {
                meanwhile.add(.now - sent)
            } else {
                afterwards.add(.now - sent)
            }
        case ListSaved.type.description: saved[try fields.answer("answer"), default: 0] += 1
        default: break
        }
    }

    /// Of customers all over the list, asked or not yet.
    private func answer(until count: Int) throws {
        while answersSent < min(count, customers) {
            let number = Load.shuffled(answersSent, of: customers)
            let customer = Load.customer(number)
            sentAt[number] = .now
            try client.send(.responseCommands, customer.text, Accept(Choice(ResponseID(id, customer))))
            answersSent += 1
        }
    }

    /// Ends the order: every answer has to be on the list.
    private func close(_ reader: Reader) throws {
        let start = ContinuousClock.now
        try client.send(.drCommands, id.text, EndDr(id: id, reason: "measured"))
        while saved.values.reduce(0, +) < customers {
            try take(reader)
            guard .now - start < Self.timeout else {
                throw MeasurementError(description: "\(saved) saved of \(customers) customers")
            }
        }
        say("saved", (ContinuousClock.now - start).seconds)
        guard saved[.accept] == answersSent, asked == customers else {
            throw MeasurementError(description: "\(saved) saved, \(asked) asked; sent were \(answersSent) answers")
        }
    }
}
