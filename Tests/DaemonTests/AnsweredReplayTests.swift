import Contracts
import RealKafka
import Testing
import Workers

@testable import Daemon

/// The same command twice is one replay: what has come of it is a row.
@Suite struct AnsweredReplayTests {
    private let directory: String
    private let producer = ScriptedProducer()
    private let writer: EffectWriter

    init() throws {
        directory = try Leftovers.temporaryDirectory("answers")
        writer = try EffectWriter(.user, producer)
    }

    private func open() throws -> Shard {
        let file = try ShardFile("\(directory)/0.sqlite", ShardFile.Identity(cluster: "here", partitions: 4))
        return try Shard(0, file: file, tables: [Timers.self, Sums.self])
    }

    /// - Parameter time: in ms, behind some moment.
    private func keep(_ command: String, _ offset: Int64, at time: Int64 = 0, _ shard: Shard) throws {
        var result = Replayed(partition: 0, offset: offset, .refused)
        (result.kind, result.reason) = ("conflict", "it was \(offset)")
        try writer.keep(
            AnsweredReplay(result, at: Timestamp(milliseconds: 1_795_000_000_000 + time)), of: command, shard)
    }

    @Test func `one that is kept is known within its transaction and by whoever opens the file next`() throws {
        var shard = try open()
        try shard.enlist()
        try keep("c", 7, shard)
        for _ in 0..<2 {
            let answer = try #require(try shard.answer(to: "c", 7))
            #expect(answer.offset == 7 && answer.outcome == .refused)
            #expect(answer.kind == "conflict" && answer.reason == "it was 7")
            if shard.isEnlisted { shard.commit(1) }
            try shard.save()
            shard = try open()
        }
    }

    @Test func `one command for two dead letters has two results and another one has none`() throws {
        let shard = try open()
        try shard.enlist()
        try keep("c", 7, shard)
        #expect(try shard.answer(to: "c", 8) == nil && shard.answer(to: "d", 7) == nil)
        try keep("c", 8, shard)
        #expect(try shard.answer(to: "c", 7)?.offset == 7 && shard.answer(to: "c", 8)?.offset == 8)
    }

    @Test func `one whose transaction was aborted is handled when it comes again`() throws {
        let shard = try open()
        try shard.enlist()
        try keep("c", 7, shard)
        try shard.rollBack()
        #expect(try shard.answer(to: "c", 7) == nil)
    }

    @Test func `it is no timer that fires`() throws {
        let shard = try open()
        try shard.enlist()
        try keep("c", 7, shard)
        shard.commit(1)
        try shard.save()
        #expect(try open().firstTimer == nil && shard.firstTimer == nil)
    }

    /// Whatever comes in between: aborts, a daemon that begins again.
    @Test(arguments: [[], [400], [999, 1000]], [true, false])
    func `of many the older half goes`(_ breaks: [Int], _ beginsAgain: Bool) throws {
        var shard = try open()
        for number in 0...AnsweredReplay.limit {
            if breaks.contains(number) {
                try shard.enlist()
                try keep("lost", 0, shard)
                try shard.rollBack()
                try shard.save()
                if beginsAgain { shard = try open() }
            }
            try shard.enlist()
            try keep("c\(number)", 1, at: Int64(number), shard)
            shard.commit(Int64(number))
        }
        #expect(try shard.answeredReplays().count == AnsweredReplay.limit / 2)
        #expect(try shard.answer(to: "c500", 1) == nil && shard.answer(to: "c501", 1) != nil)
        // One that was the last of too many has had the older half go as well.
        let again = breaks.contains(1000) ? 501 : 0
        #expect(producer.calls.count == 1001 + 501 + breaks.count + again)
    }
}
