import Foundation
import RealKafka
import Testing

/// All of it in one process, on the embedded broker.
@Suite(.timeLimit(.minutes(30))) struct DevTests {
    @Test(.enabled(if: Command.find("kcat") != nil))
    func `the lines that dev prints take an order to the points`() throws {
        let child = try Child("negawatt", ["dev"])
        try child.wait(for: "its lines") { $0.contains("\nready\n") && $0.contains("\"wh\":700") }
        // Where it is comes first, before daemons gather in groups, which takes seconds: and so each of them before all
        // are ready.
        let said = ["starting on ", "msg=started", "msg=running", "\nready\n"].compactMap {
            child.log.firstRange(of: $0)?.lowerBound
        }
        #expect(said.count == 4 && said == said.sorted() && said.first == child.log.startIndex, "\(child.log)")
        let lines = child.log.split(separator: "\n").map(String.init)
        let steps = lines.filter { line in ["B=", "echo ", "printf "].contains { line.hasPrefix($0) } }
        let show = try #require(lines.first { $0.hasPrefix("for ") })
        #expect(steps.count == 7)
        _ = try Shell.run(steps.dropLast().joined(separator: "\n"))
        var events = ""
        let types = ["UserRegistered", "Listmade", "AcceptChosen", "Listsaved", "ReductionCheck", "PointChanged"]
        // All of them: a kcat that gets no answer from a busy broker at once shows nothing, and succeeds.
        try eventually("every event", log: child.log + events) {
            events = try Shell.run(steps[0] + "\n" + show)
            return types.allSatisfy { events.contains("\"\($0)\"") }
        }
        for type in types {
            #expect(events.count(of: "\"\(type)\"") == 1, "\(type)")
        }
        #expect(events.contains("\"isReal\":true"))

        let directory = try #require(child.log.firstMatch(of: /files in (\S+)/)?.output.1)
        try eventually("the row in the file") {
            try Negawatt.run(["state", "user", "users", "u1", "--state-directory", "\(directory)"]).code == 0
        }
        let row = try Negawatt.succeed(["state", "user", "users", "u1", "--json", "--state-directory", "\(directory)"])
        let points = try #require(row.firstMatch(of: /"point":(\d+)/)?.output.1)
        #expect(events.contains("\"change\":\(points),\"point\":\(points)"))
        _ = try Shell.run(steps[0] + "\n" + steps[6])
        try eventually("the correction", log: child.log + events) {
            events = try Shell.run(steps[0] + "\n" + show)
            // The check's and what it takes back: the topics are read one after the other.
            return events.contains(#""change":-200,"#) && events.count(of: #""version":2"#) == 2
        }

        child.send(SIGINT)
        #expect(try child.awaitExit(within: Patience.promised) == .code(0))
        #expect(!FileManager.default.fileExists(atPath: "\(directory)"))
        // What each daemon does is seen as it does it, and nothing is amiss.
        for (context, type) in [
            ("user", "RegisterUser"), ("dr", "StartDr"), ("response", "Accept"), ("kepco", "MeterReadings"),
            ("dr", "EndDr"), ("user", "ReductionCheck"),
        ] {
            #expect(child.log.contains("msg=handled context=\(context) type=\(type) "), "\(context) \(type)")
        }
        #expect(child.log.count(of: "level=") == child.log.count(of: "level=info "), "\(child.log)")
    }

    @Test func `a refused record is listed with its reason, and the files can be read meanwhile`() throws {
        let directory = try Leftovers.temporaryDirectory("state")
        let child = try Child("negawatt", ["dev", "--state-directory", directory, "--partitions", "3"])
        try child.wait(for: "its address") { $0.contains("\nB=") }
        let servers = String(try #require(child.log.firstMatch(of: /\nB=(\S+)/)?.output.1))
        let none = try Negawatt.succeed(["deadletters", "list", "user", "--bootstrap-servers", servers])
        #expect(none == "no dead letters\n")
        _ = try Command.kcat(
            ["-P", "-b", servers, "-t", "user.commands", "-k", "u1"], input: "{\"eventType\":\"\u{1B}[1m\n")
        _ = try Command.kcat(
            ["-P", "-b", servers, "-t", "user.commands", "-k", "u2"],
            input: #"{"eventType":"UpdateUser","id":"u2","name":"Lee"}"#)
        var list = ""
        try eventually("two dead letters", log: list) {
            list = try Negawatt.succeed(["deadletters", "list", "user", "--bootstrap-servers", servers])
            return list.split(separator: "\n").count == 3
        }
        #expect(list.contains("malformed") && list.contains("user.commands-"))
        #expect(list.contains("there is no customer u2"))
        #expect(!list.contains("\u{1B}"))
        let lines = try Negawatt.succeed([
            "deadletters", "list", "user", "--bootstrap-servers", servers, "--kind", "not-found", "--json",
        ])
        #expect(lines.split(separator: "\n").count == 1)
        #expect(lines.contains(#""type":"UpdateUser","key":"u2""#))
        let overview = try Negawatt.succeed(["state", "user", "--state-directory", directory])
        #expect(overview.split(separator: "\n").count == 5)
        #expect(overview.contains("ledger") && overview.contains("users"))
        let table = try Negawatt.run(["state", "user", "usrs", "--state-directory", directory])
        #expect(table.code == 1 && table.output.contains("did you mean users?"))
        let key = try Negawatt.run(["state", "user", "users", "nobody", "--state-directory", directory])
        #expect(key.code == 1 && key.output.contains("there is no row \"nobody\" in users"))
        child.send(SIGTERM)
        #expect(try child.awaitExit(within: Patience.promised) == .code(0))
        #expect(FileManager.default.fileExists(atPath: directory + "/user/0.sqlite"))
    }
}
