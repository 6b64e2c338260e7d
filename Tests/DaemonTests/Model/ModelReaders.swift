import Foundation
import Kafka
import KafkaTesting

@testable import Daemon

/// Tells where the group and the topics are.
final class ModelOffsets: OffsetSource {
    private let life: Life
    private var kafka: ModelKafka { life.schedule.kafka }
    private var waits = 0

    init(_ life: Life) { self.life = life }

    func committed(
        group: String, _ partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [Int64?] {
        try life.reach("committed offsets")
        if life.fails("committed offsets") { throw .timedOut("committed offsets") }
        let places = partitions.map(kafka.place)
        guard !places.contains(where: kafka.isUnstable) else {
            waits += 1
            if waits == 1 { kafka.count.waitsForOffsets += 1 }
            life.wait()
            throw .timedOut("committed offsets")
        }
        return places.map { place in kafka.offsets[place].map(Int64.init) }
    }

    func watermarks(_ topic: String, _ partition: Int32) throws(KafkaError) -> (low: Int64, high: Int64) {
        try life.reach("watermarks")
        if life.fails("watermarks") { throw .timedOut("watermarks") }
        return (0, Int64(kafka.high(kafka.place(TopicPartition(topic, partition)))))
    }

    /// Some replicas have a library that tells them, and others have one that does not: partitions move between them.
    func topicIDs(_ topics: [String]) throws(KafkaError) -> [String: String] {
        try life.reach("topic ids")
        guard life.replica.index.isMultiple(of: 2) else { return [:] }
        return Dictionary(uniqueKeysWithValues: topics.map { ($0, "id-\($0)") })
    }
}

/// Shows what is committed of a changelog, or of the input that gives way.
final class ModelReader: ChangelogReader {
    private let life: Life
    private var kafka: ModelKafka { life.schedule.kafka }
    private var reading: [(place: ModelPartition, next: Int, told: Int)] = []
    private var waits = 0

    init(_ life: Life) { self.life = life }

    func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try life.reach("read")
        let directory = life.replica.directory
        kafka.count.built += partitions.count {
            FileManager.default.fileExists(atPath: ShardFile.buildingPath(directory.file($0.partition)))
        }
        reading = partitions.sorted { $0.partition < $1.partition }.map { (kafka.place($0), Int($0.offset), -1) }
    }

    func topicID(_ name: String) -> UInt? { UInt(ModelKafka.topic(name) + 1) }

    /// - Parameter milliseconds: 0 where the loop reads what gives way; a restore waits.
    func next(milliseconds: Int32) -> Reader.Event? {
        life.enter("read")
        guard !life.isDead else { return milliseconds == 0 ? nil : .failure(.killed) }
        for index in reading.indices {
            let (place, next, told) = reading[index]
            let (offset, position) = kafka.nextShown(place, from: next)
            reading[index].next = position
            if let offset { return .record(kafka.record(place, offset)) }
            guard told != position else { continue }
            reading[index].told = position
            return .end(TopicPartition(ModelKafka.topics[place.topic], Int32(place.partition), offset: Int64(position)))
        }
        guard milliseconds > 0 else { return nil }
        waits += 1
        if waits == 1 { kafka.count.waitsForRows += 1 }
        life.wait()
        return nil
    }

    func cachedWatermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64)? {
        (0, Int64(kafka.high(kafka.place(TopicPartition(topic, partition)))))
    }
}
