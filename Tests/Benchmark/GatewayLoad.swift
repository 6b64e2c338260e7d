import Contracts
import DRContext
import Daemon
import Glibc
import Kafka
import ResponseContext
import UserContext

/// What a gateway follows, as the contexts write it, straight into their changelogs: customers, each of whom has been
/// asked to one order, and an order whose figures move.
struct GatewayLoad {
    private static let order = OrderID(text: "dr-bench")
    /// Of one customer, whose capacity is the time at which it was sent: so a listener knows how old the figures are
    /// that he is told.
    private static let moving = OrderID(text: "dr-moving")
    private static let clock: Int64 = 1_000_000_000_000

    let client: Client

    /// - Parameter isShuffled: else customers come in the order of their ids, as a register has them.
    func fill(_ customers: Int, isShuffled: Bool) throws {
        let (partitions, startsAt) = (try partitions(), Timestamp.current)
        for order in [Self.order, Self.moving] { try send(order, startsAt, partitions) }
        let list = ResponseContext.Order(
            MakeList(order: Self.order, announcedAt: startsAt, startsAt: startsAt, endsAt: nil))
        for position in 0..<customers {
            let number = isShuffled ? Load.shuffled(position, of: customers) : position
            let id = Load.customer(number)
            let partition = Partitioner.partition(of: id.text, among: partitions)
            var user = UserState(id: id, name: "Customer \(id)", capacity: 3000 + Int64(number % 5000), point: 0)
            user.point = Load.points(number)
            try client.send(
                Users.self, of: .user, id.text, UserContext.Customer(state: user, entries: 1), partition: partition)
            var response = Response(ResponseContext.Customer(user, at: startsAt), on: list)
            // A third of them is silent.
            if number % 3 > 0 { _ = response.take(GivenAnswer(number % 3 == 1 ? .accept : .deny, at: startsAt)) }
            try client.send(
                Responses.self, of: .response, Responses.key(ResponseID(Self.order, id)), response, partition: partition
            )
        }
        try client.flush()
    }

    /// Has the figures of the order move so many times a second.
    func move(_ rate: Int, seconds: Int) throws {
        let (partitions, began) = (try partitions(), ContinuousClock.now)
        let id = Load.customer(0)
        let list = ResponseContext.Order(
            MakeList(order: Self.moving, announcedAt: .current, startsAt: .current, endsAt: nil))
        for number in 0..<(rate * seconds) {
            let pause = began + .seconds(number) / rate - .now
            usleep(UInt32(max(0, pause.seconds * 1e6)))
            let user = UserState(
                id: id, name: "Customer", capacity: Timestamp.current.milliseconds % Self.clock, point: 0)
            try client.send(
                Responses.self, of: .response, Responses.key(ResponseID(Self.moving, id)),
                Response(ResponseContext.Customer(user, at: .current), on: list),
                partition: Partitioner.partition(of: id.text, among: partitions))
        }
        try client.flush()
    }

    private func send(_ id: OrderID, _ startsAt: Timestamp, _ partitions: Int32) throws {
        try client.send(
            DRContext.Orders.self, of: .dr, id.text,
            .order(
                DRContext.Order(
                    id: id, name: "Order \(id)", kind: "reliable", status: .started, startsAt: startsAt, endsAt: nil,
                    reason: nil)),
            partition: Partitioner.partition(of: id.text, among: partitions))
    }

    private func partitions() throws -> Int32 {
        let topic = Context.response.changelog
        guard let found = try client.admin.describeTopics([topic])[topic] else {
            throw MeasurementError(description: "there is no topic \(topic)")
        }
        return found.partitions
    }
}
