import Kafka
import KafkaTesting

@testable import Daemon

/// A replica's member of the group. What librdkafka learns in the background it learns in `beat`, and tells it in
/// `next` behind what it has fetched before.
final class ModelConsumer: GroupConsumer {
    private enum State { case outside, joining, member, revoking, closed }
    private enum Item {
        case record(ModelPartition, Int)
        case assigned, revoked
        case failure(KafkaError)
    }

    private let life: Life
    private var kafka: ModelKafka { life.schedule.kafka }
    private var state = State.outside
    private var isClosing = false
    private var queue: [Item] = []
    private var reading: [(place: ModelPartition, next: Int)] = []
    /// Gives the next record twice, as librdkafka must not.
    var stammers = false
    /// Fetches all that there is, rather than some of it now and then.
    var isPrompt = false
    private var memberID = ""
    private var generation: Int32 = -1
    /// As the group dealt them out.
    private var partitions: [Int] = []

    init(_ life: Life) { self.life = life }

    func topicID(_ name: String) -> UInt? { UInt(ModelKafka.topic(name) + 1) }
    func position(_ topic: String, _ partition: Int32) -> Int64? { nil }
    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)? { nil }
    func reachesBroker(milliseconds: Int32) -> Bool { true }
    var isClosed: Bool { state == .closed || life.isDead }

    // MARK: The background

    /// Hears from the group, and joins it.
    func beat() {
        guard state != .closed else { return }
        stayAlive()
        switch state {
        case .outside: if !isClosing { join() }
        case .joining: takeAssignment()
        case .member, .revoking: listen()
        case .closed: break
        }
    }

    /// Its heartbeats continue, whatever the loop does.
    func stayAlive() { if state != .closed, !memberID.isEmpty { kafka.group.see(memberID, at: kafka.time) } }

    private func join() {
        memberID = kafka.group.join(memberID, instance: life.instance, at: kafka.time)
        state = .joining
    }

    private func takeAssignment() {
        guard !kafka.group.isRebalancing else {
            // The next round has begun before this one was heard of.
            if !kafka.group.hasJoined(memberID) { join() }
            return
        }
        do { try kafka.group.check(memberID, kafka.group.generation) } catch {
            // It took too long.
            memberID = ""
            return join()
        }
        generation = kafka.group.generation
        partitions = kafka.group.partitions(of: memberID)
        state = .member
        queue.append(.assigned)
    }

    private func listen() {
        guard generation >= 0 else { return }
        do throws(KafkaError) { try kafka.group.check(memberID, generation) } catch {
            if error == .fencedInstance {
                kafka.count.deadConsumers += 1
                queue.append(.failure(.doubled))
            }
            if error != .illegalGeneration { memberID = "" }
            return lose()
        }
        if kafka.group.isRebalancing { revoke() }
    }

    /// The group has continued without it.
    func lose() {
        kafka.count.lostMemberships += 1
        generation = -1
        revoke()
    }

    private func revoke() {
        guard state == .member else { return }
        state = .revoking
        if partitions.isEmpty { rejoin() } else { queue.append(.revoked) }
    }

    private func rejoin() {
        if isClosing { return finish() }
        partitions = []
        join()
    }

    /// It was not polled for too long, and leaves by itself.
    func giveUp() {
        guard state == .member else { return }
        queue.append(.failure(.polledTooLate))
        kafka.group.leave(memberID)
        memberID = ""
        lose()
    }

    // MARK: The loop's calls

    func next(milliseconds: Int32) -> Consumer.Event? {
        life.enter("next")
        guard !life.isDead else { return nil }
        if queue.isEmpty || life.schedule.dice.chance(of: 1, in: 3) { fetch() }
        if life.schedule.dice.chance(of: 1, in: isClosing ? 2 : 8) { beat() }
        guard !queue.isEmpty else { return nil }
        switch queue.removeFirst() {
        case .record(let place, let offset):
            if stammers {
                queue.insert(.record(place, offset), at: 0)
                stammers = false
            }
            return .record(kafka.record(place, offset))
        case .assigned:
            life.note("\(partitions) assigned")
            return .assigned(list)
        case .revoked:
            life.note("\(partitions) revoked")
            return .revoked(list)
        case .failure(let error): return .failure(error)
        }
    }

    private var list: [TopicPartition] {
        partitions.flatMap { partition in
            ModelKafka.shared.map { TopicPartition(ModelKafka.topics[$0], Int32(partition)) }
        }
    }

    private func fetch() {
        guard !reading.isEmpty else { return }
        if isPrompt {
            for index in reading.indices { fetch(index, atMost: .max) }
            return
        }
        let index = life.schedule.dice.number(below: reading.count)
        fetch(index, atMost: life.schedule.dice.number(in: 1...4))
    }

    private func fetch(_ index: Int, atMost limit: Int) {
        for _ in 0..<limit {
            let (offset, position) = kafka.nextShown(reading[index].place, from: reading[index].next)
            reading[index].next = position
            guard let offset else { return }
            queue.append(.record(reading[index].place, offset))
        }
    }

    private func forget() {
        queue.removeAll { if case .record = $0 { true } else { false } }
    }

    func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try life.reach("assign")
        forget()
        reading = partitions.map { (kafka.place($0), Int($0.offset)) }
    }

    func unassign() throws(KafkaError) {
        try life.reach("unassign")
        forget()
        reading = []
        if state == .revoking { rejoin() }
    }

    func groupMetadata() throws(KafkaError) -> GroupMetadata {
        try life.reach("metadata")
        return try GroupMetadata(group: "model", generation: generation, memberID: memberID)
    }

    func beginClosing() throws(KafkaError) {
        try life.reach("leave")
        isClosing = true
        switch state {
        case .member: partitions.isEmpty ? finish() : revoke()
        case .revoking: break
        default: finish()
        }
    }

    private func finish() {
        // A static member's place is kept.
        if life.instance == nil { kafka.group.leave(memberID) }
        state = .closed
    }
}
