import Contracts
import Kafka
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// What others of the group, or tools, do in a world before a daemon comes. All in one partition.
extension World {
    static let home = Partitioner.partition(of: "u", among: partitions)

    /// Puts an open transaction into the changelog, as another daemon of the group would that has handled the first
    /// five commands; `offsets` says whether it has come so far as to send them.
    func predecessor(offsets: Bool, next: Int64 = 5, timeout: String = "60000") throws -> TransactionalProducer {
        let producer = try TransactionalProducer(
            properties.merging([
                "transactional.id": "\(context.name)-predecessor", "transaction.timeout.ms": timeout,
            ]) { $1 }, log: quiet)
        let changelog = try producer.topic(context.changelog)
        // Before the transaction begins, which may be a short one.
        let member = offsets ? try self.member() : nil
        try producer.begin()
        try producer.produce(
            changelog, Self.home, key: "sums/u".utf8.span, value: #"{"user":"u","amount":100,"count":5}"#.utf8.span,
            tracked: true)
        if let member {
            try producer.sendOffsets(
                [TopicPartition(context.commands, Self.home, offset: next)], member.groupMetadata())
        }
        // The record is there, though nobody may see it yet.
        try eventually("an open transaction") {
            producer.serve(milliseconds: 10)
            return producer.deliveredPosition(Self.home) != nil
        }
        return producer
    }

    /// Another member of the group, which has been given partitions and reads none.
    func member() throws -> Consumer {
        let member = try Consumer(
            properties.merging(["group.id": context.name]) { $1 }, topics: [context.commands], log: quiet)
        var isMember = false
        try eventually("a membership") {
            if case .assigned = member.next(milliseconds: 50) {
                try member.assign([])
                isMember = true
            }
            return isMember
        }
        return member
    }

    /// Sets the group's offset in the commands, as a tool does.
    func setOffset(_ offset: Int64) throws {
        let member = try self.member()
        let producer = try TransactionalProducer(
            properties.merging(["transactional.id": "\(context.name)-tool"]) { $1 }, log: quiet)
        try producer.begin()
        try producer.sendOffsets(
            [TopicPartition(context.commands, Self.home, offset: offset)], member.groupMetadata())
        try producer.commit()
    }

    /// To the partition where everything is.
    func send(_ ids: Range<Int>) throws {
        try send(ids.map { ("u", World.add($0, user: "u", amount: $0)) })
    }

    /// Sends additions, and has a daemon handle them and end.
    func handle<Here: Place>(_ ids: Range<Int>, as place: Here.Type) throws {
        try send(ids)
        let daemon = Running(place, on: bootstrapServers, directory: directory)
        try awaitAdded(ids)
        try daemon.stop()
    }
}
