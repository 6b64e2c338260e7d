import Baselines
import Contracts
import Daemon
import Foundation
import Market
import RealKafka
import Testing

@testable import Main

/// Markets on a Kafka of their own: what holds would hold for the orders of other tests too.
@Suite(.serialized, .enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(20)))
struct MarketOnKafkaTests {
    private static func text(_ version: Int) -> String {
        String(decoding: Market.koreaText, as: UTF8.self)
            .replacingOccurrences(of: #""version": 1"#, with: #""version": \#(version)"#)
    }

    @Test func `a market is set by a file and by hand, holds after a crash, and decides orders`() throws {
        let broker = try RealKafka.Broker()
        let all = ["--bootstrap-servers", broker.bootstrapServers]
        _ = try Negawatt.succeed(["topics", "create", "--partitions", "4"] + all)
        let directory = try Leftovers.temporaryDirectory("market")
        let file = URL(fileURLWithPath: "\(directory)/market.json")
        try Data(Self.text(2).utf8).write(to: file)
        func read(_ topic: String) throws -> String {
            try Command.kcat(["-C", "-b", broker.bootstrapServers, "-t", topic, "-o", "beginning", "-e", "-q"])
        }
        func running() throws -> String { try Negawatt.succeed(["market", "show"] + all) }
        func send(_ value: String, _ key: [String]) throws {
            _ = try Command.kcat(["-P", "-b", broker.bootstrapServers, "-t", "dr.commands"] + key, input: value)
        }
        #expect(try running().contains(#"{"version":1,"#))

        let first = try RunningDaemon("dr", broker.bootstrapServers, directory, ["--market", file.path])
        try eventually("version 2 in all partitions", log: first.child.log) {
            try read("dr.events").count(of: #""eventType":"MarketChanged""#) == 4
        }
        #expect(try running().contains(#"{"version":2,"#))

        // A wrong file changes nothing, whatever is right in it.
        try Data(Self.text(3).replacingOccurrences(of: #""gridMin": 15"#, with: #""gridMin": 7"#).utf8).write(to: file)
        try first.child.wait(for: "a word on the file") { $0.contains("nothing of it is used") }
        #expect(first.child.log.contains("gridMin is 7: write 1, 5, 10, 15, 20, 30 or 60"))
        func metrics(_ daemon: RunningDaemon) throws -> String { try daemon.health("/metrics").output }
        #expect(try metrics(first).contains("negawatt_market_file_faults 4"))
        // As Kubernetes does it: another file in its place.
        let other = "\(directory)/other.json"
        try Data(Self.text(3).utf8).write(to: URL(fileURLWithPath: other))
        try FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: URL(fileURLWithPath: other), to: file)
        try eventually("version 3", log: first.child.log) { try running().contains(#"{"version":3,"#) }
        #expect(try metrics(first).contains("negawatt_market_file_faults 0"))
        #expect(try metrics(first).contains("negawatt_market_file_version 3"))

        // By hand.
        try Data(Self.text(5).utf8).write(to: URL(fileURLWithPath: other))
        #expect(try Negawatt.run(["market", "check", other] + all).output.contains("version 3 → 5"))
        #expect(try Negawatt.succeed(["market", "set", other] + all).hasPrefix("market version 5 holds\n"))
        #expect(try Negawatt.succeed(["market", "set", other] + all) == "market version 5 holds already\n")
        let older = try Negawatt.run(["market", "set", file.path] + all)
        #expect(older.code == 1 && older.output.contains("market version 3 is older than version 5, which holds"))
        #expect(try Negawatt.run(["market", "check", file.path] + all).code == 1)

        // After a crash, without its files, and with an older file.
        first.child.send(SIGKILL)
        _ = try first.child.awaitExit()
        let second = try RunningDaemon(
            "dr", broker.bootstrapServers, Leftovers.temporaryDirectory("market"),
            ["--market", file.path, "--membership", "dynamic"])
        try second.awaitReady()
        try orders(send, read, second)
        #expect(try running().contains(#"{"version":5,"#))
        // The file's market is older, and nobody's mistake.
        let letters = try Negawatt.succeed(["deadletters", "list", "dr"] + all)
        #expect(letters.count(of: "is older than version") == 1, "\(letters)")
        #expect(try second.stop().exit == .code(0))
    }

    private func orders(
        _ send: (String, [String]) throws -> Void, _ read: (String) throws -> String, _ daemon: RunningDaemon
    ) throws {
        // A Monday without a holiday, weeks ahead.
        let monday = try #require(
            (7...60).lazy.map { Timestamp.current.milliseconds / 86_400_000 + $0 }.first { number in
                let day = Timestamp(milliseconds: number * 86_400_000).description.prefix(10)
                return (number + 3) % 7 == 0 && !Market.korea.holidays.contains { $0.description == day }
            })
        for number in 0..<3 {
            let start = Timestamp(milliseconds: monday * 86_400_000 + Int64(1 + 2 * number) * 3_600_000)
            let end = Timestamp(milliseconds: start.milliseconds + 3_600_000)
            try send(
                #"{"eventType":"StartDr","id":"dr-\#(number)","name":"kt","type":"national","startsAt":"\#(start)","endsAt":"\#(end)"}"#,
                ["-k", "dr-\(number)"])
        }
        for _ in 0..<2 { try send(#"{"eventType":"StartDr","name":"retried","type":"reliable"}"#, []) }
        try eventually("the orders", log: daemon.child.log) {
            try read("dr.events").count(of: #""eventType":"DRstarted""#) == 3
                && read("dr.deadletters").split(separator: "\n").count == 3
        }
        let events = try read("dr.events")
        #expect(events.count(of: #""market":5,"kind":"national","method":"Mid(6/10)","intervalMin":60}"#) == 2)
        #expect(events.count(of: #""name":"retried""#) == 1)
    }
}

/// The tool without Kafka.
@Suite struct MarketCommandTests {
    private func file(_ edit: (String) -> String = { $0 }) throws -> String {
        let path = "\(try Leftovers.temporaryDirectory("market"))/market.json"
        let text = edit(try Negawatt.succeed(["market", "show"]))
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `the built-in market is a file that can be checked`() throws {
        let same = try Negawatt.run(["market", "check", file()])
        #expect(same.code == 0 && same.output.contains("it is the built-in market"))
        let newer = try file {
            $0.replacingOccurrences(of: #""version": 1"#, with: #""version": 2"#)
                .replacingOccurrences(of: #""noticeMin": 30"#, with: #""noticeMin": 45"#)
        }
        let changed = try Negawatt.run(["market", "check", newer])
        #expect(changed.code == 0)
        #expect(changed.output.contains("  version 1 → 2\n  national from 2024-02-01: noticeMin 30 → 45\n"))
        let back = try Negawatt.run(["market", "check", file(), "--against", newer])
        #expect(back.code == 1 && back.output.contains("its version is 1, and has to be higher than 2"))
    }

    @Test func `each fault is a line of a table`() throws {
        let wrong = try file { $0.replacingOccurrences(of: "noticeMin", with: "noticeMins") }
        let (code, output) = try Negawatt.run(["market", "check", wrong])
        #expect(code == 1 && output.count(of: #"is not known: did you mean "noticeMin"?"#) == 4)
        #expect(output.contains("  21  kinds[1].rules[0].noticeMins  is not known"), "\(output)")
        #expect(output.contains("is wrong at 4 places"))
        #expect(try Negawatt.run(["market", "check", "/nowhere"]).code == 2)
    }
}
