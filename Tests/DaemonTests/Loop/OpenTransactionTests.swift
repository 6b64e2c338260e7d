import Contracts
import Kafka
import RealKafka
import Testing
import Workers

@testable import Daemon

/// A transaction's way to its end: what Kafka is asked for, and what the files hold then.
@Suite struct OpenTransactionTests {
    private let directory: String
    private let producer = ScriptedProducer()
    private let writer: EffectWriter
    private let calls = GuardedCalls(watchdog: Watchdog(), limit: .seconds(10))

    init() throws {
        directory = try Leftovers.temporaryDirectory("transaction")
        writer = try EffectWriter(.user, producer)
    }

    private func shard(_ partition: Int32) throws -> Shard {
        let identity = ShardFile.Identity(cluster: "here", partitions: 4)
        let file = try ShardFile("\(directory)/\(partition).sqlite", identity)
        let shard = try Shard(partition, file: file, tables: [Timers.self, Sums.self])
        shard.begin(at: InputPositions(topics: ["in"], offsets: [5]))
        return shard
    }

    private func begin() throws -> OpenTransaction { try OpenTransaction(writer, calls, at: .now) }

    /// As a record does.
    private func handle(_ shard: Shard, _ offset: Int64, _ transaction: inout OpenTransaction) throws {
        try transaction.enlist(shard)
        shard.inputs.advance(0, past: offset, time: 0)
        try shard.put(table: 1, key: "k".utf8.span, value: #"{"offset":\#(offset)}"#.utf8.span)
    }

    private func value(_ shard: Shard) throws -> String? {
        var value: String?
        try shard.read(table: 1, key: "k".utf8.span) { value = String(copying: $0) }
        return value
    }

    private func member() throws -> GroupMetadata { try GroupMetadata(group: "g", generation: 1, memberID: "m") }

    @Test func `a commit takes the offsets of every shard that was touched and no other`() throws {
        let (one, two, other) = (try shard(1), try shard(2), try shard(3))
        var transaction = try begin()
        try handle(one, 5, &transaction)
        try handle(two, 6, &transaction)
        try handle(one, 7, &transaction)
        #expect(transaction.partition == 1)
        switch transaction.commit(as: try member()) {
        case .committed: break
        default: Issue.record("not committed")
        }
        #expect(producer.calls == ["begin", "produce 1", "produce 2", "offsets in-1@8 in-2@7", "commit"])
        #expect(!one.isEnlisted && !two.isEnlisted && !other.isEnlisted)
        #expect(one.committed.offsets == [8] && two.committed.offsets == [7])
        #expect(one.position == 10 && other.position == 0)
    }

    /// What a worker asks outside.
    private struct Question: OutsideCall, Equatable {
        let (partition, text): (Int32, String)
        init(_ partition: Int32, _ text: String) { (self.partition, self.text) = (partition, text) }
    }

    @Test func `what is to be asked outside is handed over when it is committed, and goes with what is not`() throws {
        let shard = try shard(1)
        var transaction = try begin()
        try handle(shard, 5, &transaction)
        transaction.call([Question(1, "a"), Question(1, "b")])
        transaction.call([Question(1, "c")])
        producer.failures["commit"] = .illegalGeneration
        switch transaction.commit(as: try member()) {
        case .failed(let open, _): try open.abort()
        default: Issue.record("committed")
        }
        producer.failures = [:]
        var next = try begin()
        try handle(shard, 5, &next)
        next.call([Question(1, "d")])
        switch next.commit(as: try member()) {
        case .committed(let calls): #expect(calls.map { $0 as? Question } == [Question(1, "d")])
        default: Issue.record("not committed")
        }
    }

    @Test(arguments: ["offsets in-1@6", "commit", "produce 1"])
    func `what Kafka does not take is still open and can be aborted`(_ call: String) throws {
        let shard = try shard(1)
        var transaction = try begin()
        try handle(shard, 5, &transaction)
        producer.failures[call] = .illegalGeneration
        switch transaction.commit(as: try member()) {
        case .failed(let open, let error):
            #expect(error as? KafkaError == .illegalGeneration)
            #expect(shard.isEnlisted && shard.inputs.offsets == [6])
            try open.abort()
        default: Issue.record("committed")
        }
        #expect(producer.calls.last == "abort")
        #expect(!shard.isEnlisted && shard.inputs.offsets == [5])
        #expect(try value(shard) == nil)
    }

    @Test func `what is aborted leaves what was committed before`() throws {
        let shard = try shard(1)
        var first = try begin()
        try handle(shard, 5, &first)
        _ = first.commit(as: try member())
        var second = try begin()
        try handle(shard, 6, &second)
        try second.abort()
        #expect(try value(shard) == #"{"offset":5}"#)
        #expect(shard.inputs.offsets == [6])
    }
}
