import Contracts
import Foundation
import Kafka
import RealKafka
import Testing

/// `negawatt feed file` and `negawatt meter-simulator` as a user has them.
@Suite(.timeLimit(.minutes(30))) struct FeedCommandTests {
    private static let mapping =
        #"{"columns":{"customer":"id","time":"t","value":"v"},"unit":"kWh","intervalMin":15,"timeZone":"+09:00","label":"end"}"#
    private static let readings =
        "id,t,v\nu-1,2026-11-21 00:15,0.0911\nu-1,2026-11-21 00:30,0.2\nu-2,2026-11-21 00:15,1\n"

    private func write(_ text: String, _ name: String, in directory: String) throws -> String {
        let path = "\(directory)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `files of a directory come into Kafka as a customer's days`() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("kepco.readings", partitions: 4)
        let directory = try Leftovers.temporaryDirectory("feed")
        let mapping = try write(Self.mapping, "mapping.json", in: directory)
        _ = try write(Self.readings, "a.csv", in: directory)
        _ = try write("id,t,v\nu-3,2026-11-21 00:15,0.5\nu-3,never,1\n", "b.CSV", in: directory)
        let arguments = ["feed", "file", "--mapping", mapping, directory]
        let (code, output) = try Negawatt.run(arguments + ["--bootstrap-servers", broker.bootstrapServers])
        #expect(code == 1)
        #expect(output.contains("b.CSV, line 3: \"never\" is no time: write 2026-11-21 00:15"))
        #expect(output.contains(#/a\.csv +CSV +2 +2 +3 +0\n.*b\.CSV +CSV +1 +1 +1 +1\n/#), "\(output)")
        let records = try Command.kcat([
            "-C", "-b", broker.bootstrapServers, "-t", "kepco.readings", "-o", "beginning", "-e", "-q", "-f",
            "%k %h %s\n",
        ]).split(separator: "\n").sorted()
        #expect(records.count == 3)
        #expect(records.first?.hasPrefix(#"u-1 type=MeterReadings {"eventType":"MeterReadings","timestamp":"#) == true)
        #expect(
            records.first?.hasSuffix(#""userId":"u-1","startsAt":"2026-11-20T15:00:00Z","wh":[91.1,200.0]}"#) == true)
        // It lives as long as this does: until here.
        _ = broker.bootstrapServers
    }

    @Test func `a rehearsal needs no Kafka, and reads standard input`() throws {
        let directory = try Leftovers.temporaryDirectory("feed")
        let mapping = try write(Self.mapping, "mapping.json", in: directory)
        let child = try Child(
            "negawatt", ["feed", "file", "--dry-run", "--mapping", mapping, "-"], input: Array(Self.readings.utf8))
        #expect(try child.awaitExit() == .code(0))
        #expect(child.log.contains(#/standard input +CSV +2 +2 +3 +0\nnothing was sent/#), "\(child.log)")
    }

    @Test func `what is wrong is said, with the place where`() throws {
        let directory = try Leftovers.temporaryDirectory("feed")
        let csv = try write(Self.readings, "a.csv", in: directory)
        let hourly = try write(Self.mapping.replacing(":15", with: ":60"), "mapping.json", in: directory)
        let xml = try write("<feed/>", "usage", in: directory)
        func run(_ arguments: String...) throws -> (code: Int32?, output: String) {
            try Negawatt.run(["feed", "file", "--dry-run"] + arguments)
        }
        let wrong = try run("--mapping", hourly, csv)
        #expect(
            wrong.code == 2
                && wrong.output.contains("mapping.json is wrong at 1 place:\n  line 1: intervalMin is 60: write 15"))
        let none = try run(csv)
        #expect(none.code == 1 && none.output.contains("a.csv, line 1: a CSV file needs a mapping"))
        #expect(try run(xml).output.contains("--customer says whose it is"))
        #expect(try run(xml, "--customer", "u-1").output.contains("no Green Button file"))
        #expect(try run(xml, "--customer", "a/b").code == 2)
        #expect(try run("/nowhere").code == 2)
        #expect(try Negawatt.run(["feed", "file", csv, "--mapping", hourly]).code == 2)
    }

    @Test func `the meter simulator says where it listens, answers and ends`() throws {
        let child = try Child("negawatt", ["meter-simulator", "--customers", "10", "--faults", "none"])
        var url = ""
        try child.wait(for: "its address") { log in
            url = log.firstMatch(of: /listening on (http:\S+)\n/).map { String($0.output.1) } ?? ""
            return !url.isEmpty
        }
        let query = "custNo=1000000001&date=20260511&serviceKey=k&returnType=02"
        #expect(try Command.run("curl", ["-s", url, "-d", query]).contains("dayLpDataInfoList"))
        child.send(SIGTERM)
        #expect(try child.awaitExit() == .code(0))
        let wrong = try Negawatt.run(["meter-simulator", "--faults", "slow=2000"])
        #expect(wrong.code == 2 && wrong.output.contains("write NAME=N for some of slow, 500"))
    }
}
