import Foundation
import RealKafka
import Testing

/// `negawatt baseline` and `negawatt rrmse` as a user has them, with files and standard input.
@Suite struct BaselineCommandTests {
    private static func vectors(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/\(name)").path
    }

    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "baseline-\(UUID().uuidString).jsonl"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static let customer =
        #"{"id":"kim","method":"Mid(6/10)","order":{"startsAt":"2026-06-08T14:00:00+09:00","endsAt":"2026-06-08T15:00:00+09:00"},"#
        + #""readings":[{"startsAt":"2026-06-05T14:00:00+09:00","wh":[1000.5],"intervalMin":60},"#
        + #"{"startsAt":"2026-06-08T14:00:00+09:00","wh":[400],"intervalMin":60}]"#

    @Test func `each result of a file is a line of JSON`() throws {
        let output = try Negawatt.succeed(["baseline", Self.vectors("baseline-random.jsonl")])
        let lines = output.split(separator: "\n")
        #expect(lines.first == #"{"id":"41-0","phase":"expected","baselineWh":528,"usedWh":528,"reducedWh":0}"#)
        #expect(lines.count(where: { $0.contains(#""phase":"expectedLate""#) }) == 129)
        #expect(lines.count(where: { !$0.contains(#""customer""#) }) == 300 + 129 + 30)
    }

    /// Rules that share no code with the program, over customers with traps: every day, fraction and rounding.
    @Test(.timeLimit(.minutes(30)), .enabled(if: Command.find("python3") != nil, "python3 is not installed"))
    func `random customers come out as a second calculation has them`() throws {
        let directory = URL(fileURLWithPath: Self.vectors("")).deletingLastPathComponent()
        let script = directory.appendingPathComponent("Baselines/compare.py").path
        let output = try Command.run(
            "python3", [script, Child.directoryOfExecutables + "/negawatt", "--customers", "200"],
            timeout: .seconds(600))
        #expect(output.contains(" results of 200 customers agree"), "\(output)")
    }

    @Test func `a result explains itself`() throws {
        let output = try Negawatt.succeed(["baseline", file(Self.customer + "}\n"), "--explain"])
        #expect(
            output == """
                kim: Mid(6/10), order of 2026-06-08 14:00-15:00
                  TIME             CBL  BASELINE    USED  REDUCED  AVERAGED DAYS  NOT USED
                  14:00-15:00  1000.50   1000.50  400.00   600.50  06-05          weekend: 06-07 06-06 05-31 05-30 05-24 05-23 05-17 05-16; gap: 06-04 06-03 06-02 06-01 05-29 05-28 05-27 05-26 05-25 05-22 05-21 05-20 05-19 05-18 05-15 05-14 05-13 05-12 05-11
                  adjustment: none in this method
                  total: baseline 1001 Wh - used 400 Wh = reduced 601 Wh, each rounded once; KPX's own figure: 1 kWh


                """)
    }

    @Test func `a wrong line is named and the others are calculated`() throws {
        let lines = ["", "{}", Self.customer + "}", "nonsense", Self.customer + #","saa":"yes"}"#]
        let (code, output) = try Negawatt.run(["baseline", file(lines.joined(separator: "\n"))])
        #expect(code == 1)
        #expect(output.contains(#"{"id":"kim","phase":"expected","baselineWh":1001,"usedWh":400,"reducedWh":601}"#))
        for line in ["line 2: ", "line 4: ", "line 5: field \"saa\""] {
            #expect(output.contains("negawatt baseline: \(line)"), "\(output)")
        }
        #expect(!output.contains("line 1: ") && !output.contains("line 3: "))
    }

    @Test func `a file that is not there is a wrong call`() throws {
        for command in ["baseline", "rrmse"] {
            let (code, output) = try Negawatt.run([command, "/nowhere/file"])
            #expect(code == 2 && output.contains("/nowhere/file cannot be read"))
        }
    }

    @Test func `methods of a file hold for those who name them`() throws {
        let line = Self.customer.replacing("Mid(6/10)", with: "TECO") + "}"
        let (code, output) = try Negawatt.run(["baseline", file(line)])
        #expect(code == 1 && output.contains("there is no method \"TECO\"; there are Max(4/5)"))
        let known = try Negawatt.succeed(["baseline", file(line), "--methods", Self.vectors("market-methods.jsonl")])
        #expect(known.contains(#""reducedWh":601"#))
        let wrong = try Negawatt.run(["baseline", file(line), "--methods", file(#"{"name":"x","days":0}"#)])
        #expect(wrong.code == 2 && wrong.output.contains("line 1: field \"days\""), "\(wrong)")
    }

    @Test func `applicants are admitted up to 30 percent`() throws {
        let output = try Negawatt.succeed(["rrmse", Self.vectors("rrmse.jsonl")])
        let lines = output.split(separator: "\n")
        #expect(lines.count == 8)
        #expect(lines.filter { $0.contains(#""admitted":false"#) }.count == 2)
        #expect(
            lines[3].hasPrefix(#"{"id":"41-v3","rrmse":0.31,"percent":30.98,"admitted":false,"days":["2025-01-23""#))
    }
}
