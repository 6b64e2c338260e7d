import Contracts
import Daemon

/// Meter readings of many customers: whole days of 96 quarter hours, or one quarter hour a message.
struct ReadingsLoad {
    static let quarter = Duration.milliseconds(900_000)
    private let client: Client
    private let topic: Topic
    /// The start of a day in Korea, 40 days ago.
    private let first: Timestamp

    init(_ client: Client, topic name: String) throws {
        guard let topic = Topic.all.first(where: { $0.name == name }) else {
            throw MeasurementError(description: "no topic \(name)")
        }
        (self.client, self.topic) = (client, topic)
        let day: Int64 = 86_400_000
        let korea: Int64 = 9 * 3_600_000
        first = Timestamp(milliseconds: (Timestamp.current.milliseconds + korea) / day * day - korea - 40 * day)
    }

    /// Day by day, as a back-fill has them: each customer's first day, then everybody's second. The
    /// customers come in no order.
    func days(of customers: Int, count: Int) throws {
        for day in 0..<count {
            let start = first + Self.quarter * (96 * day)
            for position in 0..<customers {
                let number = Load.shuffled(position, of: customers)
                let id = Load.customer(number)
                let tenths = (0..<96).map { Int64?(10 * Self.wh(number, $0)) }
                try client.send(topic, id.text, MeterReadings(user: id, startsAt: start, tenths: tenths))
            }
        }
        try client.flush()
    }

    /// Quarter hour by quarter hour, as meters send them.
    func quarters(of customers: Int, count: Int) throws {
        for quarter in 0..<count {
            for position in 0..<customers { try send(Load.shuffled(position, of: customers), quarter) }
        }
        try client.flush()
    }

    /// One customer's reading of one quarter hour.
    func send(_ number: Int, _ quarter: Int, partition: Int32? = nil) throws {
        let id = Load.customer(number)
        let reading = MeterReading(
            user: id, startsAt: first + Self.quarter * quarter, tenths: 10 * Self.wh(number, quarter))
        try client.send(topic, id.text, reading, partition: partition)
    }

    private static func wh(_ customer: Int, _ quarter: Int) -> Int64 {
        Int64(200 + (customer * 31 + quarter * 17) % 700)
    }
}
