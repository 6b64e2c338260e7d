import RealKafka
import Telemetry
import Testing

@testable import Kafka

/// What only a real Kafka does: the embedded broker neither fences nor aborts. Left out, loudly, where there is none.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct TransactionTests {
    /// Copies records from one topic to another, and every other time aborts and goes back, in the midst of fetching.
    @Test func `an aborted batch is read once more and no record is lost or doubled`() throws {
        let (source, target) = (try Place(partitions: 2), try Place(partitions: 2))
        for partition in Int32(0)..<2 { try source.fill(partition, 0..<1000) }
        let producer = try target.producer()
        let topic = try producer.topic(target.topic)
        let consumer = try source.consumer()
        var (committed, next): ([Int32: Int64], [Int32: Int64]) = ([:], [:])
        var (inBatch, batches, aborted) = (0, 0, 0)

        func end() throws {
            batches += 1
            inBatch = 0
            if batches % 2 == 0 {
                try producer.abort()
                aborted += 1
                next = committed
                try consumer.assign(committed.map { TopicPartition(source.topic, $0.key, offset: $0.value) })
            } else {
                let offsets = next.map { TopicPartition(source.topic, $0.key, offset: $0.value) }
                try producer.sendOffsets(offsets, consumer.groupMetadata())
                try producer.commit()
                committed = next
            }
        }
        try consumer.serve(
            "all copied",
            assign: { partitions in
                for item in partitions { (committed[item.partition], next[item.partition]) = (0, 0) }
                return partitions.map(\.fromBeginning)
            },
            each: { record in
                let (partition, offset) = (record.partition, record.offset)
                #expect(offset == next[partition])
                if inBatch == 0 { try producer.begin() }
                try producer.produce(topic, partition, key: nil, value: record.value)
                next[partition] = offset + 1
                inBatch += 1
                if inBatch == 70 { try end() }
            },
            until: {
                // The last batch is not full, and may have been aborted.
                let isComplete = next.count == 2 && next.values.allSatisfy { $0 == 1000 }
                if isComplete, inBatch > 0 { try end() }
                return committed.count == 2 && committed.values.allSatisfy { $0 == 1000 }
            })
        #expect(aborted > 10)
        try consumer.close()

        try target.awaitMarks()
        let reader = try target.reader()
        let copies = try reader.readAll(target.all(2))
        for partition in Int32(0)..<2 {
            let values = copies.records.filter { $0.partition == partition }.map(\.value)
            #expect(values == (0..<1000).map { "\($0)" })
        }
        let raw = try target.reader(.readUncommitted)
        let all = try raw.readAll(target.all(2))
        #expect(all.records.count > 2000)
        let offsets = try target.admin().committed(group: source.group, source.all(2))
        #expect(offsets == [1000, 1000])
    }

    @Test func `a transaction that outlives its timeout is fenced and a new producer continues`() throws {
        let place = try Place(partitions: 1)
        let late = try place.producer(["transaction.timeout.ms": "1000"])
        let topic = try late.topic(place.topic)
        try late.begin()
        try late.produce(topic, 0, "k", "late", tracked: true)
        try keepTrying("the record") {
            late.serve(milliseconds: 20)
            return late.deliveredPosition(0) == 1
        }
        // The broker ends it when it finds it too old: then the last stable offset moves on.
        let reader = try place.reader()
        let seen = try reader.readAll(place.all(1), atLeast: 2)
        #expect(seen.records.isEmpty)
        let error = #expect(throws: KafkaError.self) { try late.commit() }
        #expect(error?.isFenced == true && error?.severity == .fatal)
        let (last, again) = (late.lastFatalError, #expect(throws: KafkaError.self) { try late.begin() })
        #expect(last?.isFenced == true && again?.severity == .fatal)

        let next = try place.producer()
        let same = try next.topic(place.topic)
        try next.begin()
        try next.produce(same, 0, "k", "new")
        try next.commit()
        let after = try reader.readAll(place.all(1), atLeast: 3)
        #expect(after.records.map(\.value) == ["new"])
    }

    @Test func `a new producer of the same name ends the open transaction and fences the old one`() throws {
        let place = try Place(partitions: 1)
        let old = try place.producer()
        let topic = try old.topic(place.topic)
        try old.begin()
        try old.produce(topic, 0, "k", "zombie", tracked: true)
        try keepTrying("the record") {
            old.serve(milliseconds: 20)
            return old.deliveredPosition(0) == 1
        }
        let new = try place.producer()
        let error = #expect(throws: KafkaError.self) { try old.commit() }
        #expect(error?.isFenced == true && error?.severity == .fatal)
        let reader = try place.reader()
        let seen = try reader.readAll(place.all(1), atLeast: 2)
        #expect(seen.records.isEmpty)
        let fatal = new.lastFatalError
        #expect(fatal == nil)
    }

    @Test func `offsets of an older generation can only be aborted`() throws {
        let place = try Place(partitions: 2)
        let one = try place.consumer()
        try one.join("the first")
        let old = try one.groupMetadata()
        let two = try place.consumer()
        var (first, second) = (2, 0)
        try keepTrying("the second") {
            try one.serve(
                "the first",
                assign: {
                    first = $0.count
                    return $0
                }, failure: { _ in }, until: { true })
            try two.serve(
                "the second",
                assign: {
                    second = $0.count
                    return $0
                }, failure: { _ in }, until: { true })
            return first == 1 && second == 1
        }
        let producer = try place.producer()
        let topic = try producer.topic(place.topic)
        try producer.begin()
        try producer.produce(topic, 0, "k", "stale")
        let before = old.generation
        var error: KafkaError?
        do throws(KafkaError) { try producer.sendOffsets(place.all(1, from: 1), old) } catch let refusal {
            error = refusal
        }
        #expect(error?.severity == .abortable && error?.isMembership == true)
        #expect(error?.code == .illegalGeneration)
        // Until it is aborted nothing goes.
        let more = #expect(throws: KafkaError.self) { try producer.produce(topic, 0, "k", "more") }
        #expect(more?.severity == .abortable)
        try producer.abort()
        let now = try one.groupMetadata()
        let after = now.generation
        #expect(after > before)
        try producer.begin()
        try producer.produce(topic, 0, "k", "fresh")
        try producer.sendOffsets(place.all(1, from: 1), now)
        try producer.commit()
        let offsets = try place.admin().committed(group: place.group, place.all(2))
        #expect(offsets == [1, nil])
    }

    /// What the client knows of its membership is old until its next heartbeat; what it says of itself is checked by
    /// Kafka.
    @Test func `a member that has been replaced and does not know it yet is fenced`() throws {
        let place = try Place(partitions: 1)
        let slow = [
            "group.instance.id": "x", "session.timeout.ms": "45000", "heartbeat.interval.ms": "44000",
        ]
        let one = try place.consumer(slow)
        try one.join("the first")
        let two = try place.consumer(slow)
        try two.join("the second")
        let producer = try place.producer()
        let topic = try producer.topic(place.topic)
        try producer.begin()
        try producer.produce(topic, 0, "k", "zombie")
        let error = #expect(throws: KafkaError.self) {
            try producer.sendOffsets(place.all(1, from: 1), one.groupMetadata())
        }
        #expect(error?.severity == .abortable && error?.isMembership == true)
        try producer.abort()
        let offsets = try place.admin().committed(group: place.group, place.all(1))
        #expect(offsets == [nil])
    }

    @Test func `a consumer that has left has no metadata to fence with`() throws {
        let place = try Place(partitions: 1)
        let consumer = try place.consumer()
        let early = #expect(throws: KafkaError.self) { _ = try consumer.groupMetadata() }
        try consumer.join()
        _ = try consumer.groupMetadata()
        try consumer.close()
        let late = #expect(throws: KafkaError.self) { _ = try consumer.groupMetadata() }
        #expect(early?.severity == .abortable && early?.isMembership == true)
        #expect(late != nil)
    }

    @Test func `delivered positions are where the records are`() throws {
        let place = try Place(partitions: 3)
        let producer = try place.producer()
        let topic = try producer.topic(place.topic)
        for round in 0..<5 {
            try producer.begin()
            for index in 0..<100 {
                let partition = Int32(index % 2)
                try producer.produce(topic, partition, "k", "\(round)-\(index)", tracked: index < 90)
            }
            if round == 2 { try producer.abort() } else { try producer.commit() }
        }
        let positions = (0..<3).map { producer.deliveredPosition($0) }
        try place.awaitMarks()
        let reader = try place.reader()
        let records = try reader.readAll(place.all(3)).records
        for partition in Int32(0)..<2 {
            let last = records.last { $0.partition == partition && $0.value == "4-\(88 + Int(partition))" }
            #expect(positions[Int(partition)] == last.map { $0.offset + 1 })
            #expect(last != nil)
        }
        #expect(positions[2] == nil)
    }
}
