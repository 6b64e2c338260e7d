import Kafka

@testable import Daemon

/// A replica's transactional producer, as far as librdkafka's is one: records wait in it until they are sent, an error
/// is kept until the transaction is aborted, and some are kept for good.
final class ModelProducer: TransactionWriter {
    private enum State: Equatable {
        case ready, open
        /// A commit or an abort without an answer.
        case unknown
        case failed(KafkaError)
    }

    private let life: Life
    private let name: String
    private let epoch: Int
    private var kafka: ModelKafka { life.schedule.kafka }
    private var state = State.ready
    private var waiting: [(place: ModelPartition, entry: ModelLog.Entry, isTracked: Bool)] = []
    /// Whether the broker has heard of the transaction.
    private var isKnown = false
    private var positions: [Int: Int] = [:]

    init(_ life: Life, _ name: String) throws(KafkaError) {
        (self.life, self.name) = (life, name)
        try life.reach("init")
        if life.fails("init") { throw .timedOut("init") }
        epoch = life.schedule.kafka.initProducer(name)
        if life.fails("init") { throw .timedOut("init") }
    }

    func topic(_ name: String) throws(KafkaError) -> TransactionalProducer.Topic {
        TransactionalProducer.Topic(
            id: UInt(ModelKafka.topic(name) + 1), partitions: Int32(kafka.partitions))
    }

    func serve() { life.enter("serve") }

    func deliveredPosition(_ partition: Int32) -> Int64? {
        life.enter("release")
        return positions[Int(partition)].map(Int64.init)
    }

    func begin() throws(KafkaError) {
        try life.reach("begin")
        if case .failed(let error) = state { throw error }
        guard state == .ready else { throw .state("begin") }
        state = .open
        (isKnown, positions, waiting) = (false, [:], [])
    }

    func produce(
        _ topic: TransactionalProducer.Topic, _ partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers?, timestamp: Int64, tracked: Bool
    ) throws(KafkaError) {
        var entry = ModelLog.Entry(time: timestamp == 0 ? life.schedule.wallTime : timestamp)
        if let key { entry.key = key.indices.map { key[$0] } }
        if let value { entry.value = value.indices.map { value[$0] } }
        if let headers {
            headers.forEachHeader { name, value in
                var copy: [UInt8]?
                if let value { copy = value.indices.map { value[$0] } }
                entry.headers.append((name, copy))
            }
        }
        try life.reach("produce")
        if case .failed(let error) = state { throw error }
        guard state == .open else { throw .state("produce") }
        waiting.append((ModelPartition(topic: Int(topic.id) - 1, partition: Int(partition)), entry, tracked))
        // Sent in the background.
        if !life.schedule.sendsWithCommit, life.schedule.dice.chance(of: 1, in: 3) {
            try? send(life.schedule.dice.number(in: 1...waiting.count))
        }
    }

    private func send(_ count: Int) throws(KafkaError) {
        for _ in 0..<count {
            let item = waiting.removeFirst()
            do throws(KafkaError) {
                let offset = try kafka.add(item.entry, to: item.place, name, epoch)
                isKnown = true
                // The report of a record that was sent twice has no offset.
                guard item.isTracked, !life.schedule.isStormy || life.schedule.dice.chance(of: 19, in: 20) else {
                    continue
                }
                positions[item.place.partition] = offset + 1
            } catch { throw fail(error) }
        }
    }

    /// Keeps an error, until the transaction is aborted or for good.
    private func fail(_ error: KafkaError) -> KafkaError {
        if error == .fenced { kafka.count.fencedCalls += 1 }
        if error.severity != .retriable { state = .failed(error) }
        return error
    }

    func sendOffsets(_ next: [TopicPartition], _ group: consuming GroupMetadata) throws(KafkaError) {
        let (generation, member) = (group.generation, group.memberID)
        try life.reach("offsets")
        if case .failed(let error) = state { throw error }
        guard state == .open else { throw .state("offsets") }
        if life.fails("offsets") { throw .timedOut("offsets") }
        let offsets = Dictionary(uniqueKeysWithValues: next.map { (kafka.place($0), Int($0.offset)) })
        do throws(KafkaError) {
            try kafka.add(offsets, generation: generation, member: member, name, epoch)
            isKnown = true
        } catch {
            if error.isMembership { kafka.count.refusedMembers += 1 }
            // The request before it has made the transaction known.
            if error != .fenced { isKnown = true }
            throw fail(error)
        }
        if life.fails("offsets") { throw .timedOut("offsets") }
    }

    func commit() throws(KafkaError) {
        try life.reach("commit")
        if case .failed(let error) = state { throw error }
        guard state == .open else { throw .state("commit") }
        if !waiting.isEmpty, life.schedule.isStormy, life.schedule.dice.chance(of: 1, in: 60) {
            kafka.count.undelivered += 1
            try? send(life.schedule.dice.number(below: waiting.count))
            throw fail(.undelivered)
        }
        // Its thread in the background continues with all of it when nobody waits any more.
        if isKnown,
            life.schedule.makesCommitLate || (life.schedule.isStormy && life.schedule.dice.chance(of: 1, in: 20))
        {
            life.schedule.makesCommitLate = false
            kafka.count.lateRequests += 1
            kafka.late.append(LateEnd(producer: name, epoch: epoch, records: waiting.map { ($0.place, $0.entry) }))
            state = .unknown
            throw .timedOut("commit")
        }
        try send(waiting.count)
        try life.reach("commit")
        try ask(commit: true)
        state = .ready
        try life.reach("committed")
    }

    func abort() throws(KafkaError) {
        try life.reach("abort")
        if case .failed(let error) = state, error.severity != .abortable { throw error }
        waiting = []
        try ask(commit: false)
        state = .ready
        try life.reach("aborted")
    }

    /// Ends the transaction, if anybody has heard of it.
    private func ask(commit: Bool) throws(KafkaError) {
        guard isKnown else { return }
        if life.schedule.isStormy, life.schedule.dice.chance(of: 1, in: 8) {
            state = .unknown
            return try lose(commit: commit)
        }
        do throws(KafkaError) { try kafka.end(name, epoch, commit: commit) } catch { throw fail(error) }
    }

    private func lose(commit: Bool) throws(KafkaError) {
        switch life.schedule.dice.number(below: 3) {
        case 0:
            if commit { kafka.count.lostRequests += 1 }
        case 1:
            if commit { kafka.count.lostAnswers += 1 }
            do throws(KafkaError) { try kafka.end(name, epoch, commit: commit) } catch { throw fail(error) }
        default:
            guard commit else { break }
            kafka.count.lateRequests += 1
            kafka.late.append(LateEnd(producer: name, epoch: epoch))
        }
        if !commit { kafka.count.unanswered += 1 }
        throw .timedOut(commit ? "commit" : "abort")
    }
}
