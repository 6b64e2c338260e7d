import Foundation
import RealKafka
import Testing

/// `negawatt settle` as a user has it.
@Suite struct SettleCommandTests {
    private func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "settle-\(UUID().uuidString).jsonl"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static let standard =
        #"{"id":"dr-1","resource":"seoul-1","kind":"standard","prices":{"mgp":178.4,"capacity":1952},"kpxWon":322000,"hours":["#
        + #"{"startsAt":"2026-06-08T14:00:00+09:00","orderedWh":10000000,"baselineWh":25000000,"usedWh":12000000},"#
        + #"{"startsAt":"2026-06-08T15:00:00+09:00","orderedWh":10000000,"baselineWh":25000000,"usedWh":19000000}]}"#
    private static let national =
        #"{"id":"dr-2","kind":"national","noticeMin":30,"prices":{"mgp":178.4},"hours":["#
        + #"{"startsAt":"2026-06-08T19:00:00+09:00","baselineWh":98310000,"usedWh":74020000}]}"#

    @Test func `each order of a file is a line of JSON`() throws {
        let output = try Negawatt.succeed(["settle", file("\(Self.standard)\n\(Self.national)\n")])
        let lines = output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains(#""payWon":3211200,"penaltyWon":2888960,"netWon":322240"#))
        #expect(lines[0].hasSuffix(#""kpxWon":322000,"differenceWon":-240,"objectionDue":true,"overpaid":false}"#))
        #expect(lines[1].contains(#""payWon":37146211,"netWon":37146211"#))
    }

    /// Rules that share no code with the program: every won, percent and limit.
    @Test(.timeLimit(.minutes(30)), .enabled(if: Command.find("python3") != nil, "python3 is not installed"))
    func `random orders come out as a second calculation has them`() throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Settlement/compare.py").path
        let output = try Command.run(
            "python3", [script, Child.directoryOfExecutables + "/negawatt", "--orders", "2000"], timeout: .seconds(120))
        #expect(output.contains("2000 orders agree"), "\(output)")
    }

    @Test func `a settlement explains itself`() throws {
        let output = try Negawatt.succeed(["settle", file(Self.standard), "--explain"])
        #expect(
            output == """
                dr-1, resource seoul-1: standard, order of 2026-06-08
                  terms from 2024-02-01, 전력시장운영규칙 별표26, 12.5.2.1
                  TIME    ORDERED      BASELINE          USED       REDUCED      CREDITED        SHORT  WON/KWH  KPX KWH
                  14:00  10000000  25000000.000  12000000.000  13000000.000  12000000.000        0.000  178.400    13000
                  15:00  10000000  25000000.000  19000000.000   6000000.000   6000000.000  3700000.000  178.400     6000
                  pay: 18000000.000 Wh credited, each hour by its price = 3,211,200 won
                  penalty: 3700000.000 Wh short of 97 % of each hour x 1952.000 won/kW / 5 x 2 = 2,888,960 won
                  cap: none, capacityPayWon is not given
                  compliance: 95.00 %, not full: less than 97 %
                  trading: goes on, fewer than 3 order days are given
                  net: 322,240 won
                  by KPX's whole kWh: 19000 kWh, pay 3,211,200 won, penalty 2,888,960 won, net 322,240 won
                  KPX says 322,000 won, a difference of -240 won, too little: an objection is due


                """)
    }

    @Test func `a wrong line is named and the others are settled`() throws {
        let wrong = Self.standard.replacing("kpxWon", with: "kpxwon")
        let (code, output) = try Negawatt.run(["settle", file("nonsense\n\(wrong)\n\(Self.national)\n")])
        #expect(code == 1 && output.contains(#""id":"dr-2""#))
        #expect(output.contains("negawatt settle: line 1: "))
        #expect(output.contains(#"negawatt settle: line 2: field "kpxwon" is not known: did you mean "kpxWon"?"#))
    }

    @Test func `rules of a file hold, and a wrong one is refused with lines and fields`() throws {
        let rules = try Negawatt.succeed(["settle", "--show-rules"])
        let other = rules.replacing(#""shortfallFactor": 2"#, with: #""shortfallFactor": 4"#)
        let output = try Negawatt.succeed(["settle", file(Self.standard), "--rules", file(other)])
        #expect(output.contains(#""penaltyWon":5777920"#))
        let wrong = rules.replacing(#""fullPercent": 97"#, with: #""fullPercent": "97""#)
        let refused = try Negawatt.run(["settle", file(Self.standard), "--rules", file(wrong)])
        #expect(refused.code == 2)
        #expect(refused.output.contains("line 9: kinds[0].terms[0].fullPercent is \"97\": write a number"))
        #expect(try Negawatt.run(["settle"]).code == 2)
        #expect(try Negawatt.run(["settle", "/nowhere/file"]).code == 2)
    }
}
