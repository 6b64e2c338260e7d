import Baselines
import Contracts
import JSON
import Testing

@testable import Settlement

/// Lists for spreadsheets, and pictures.
@Suite struct ParticipantCSVTests {
    @Test(arguments: [
        ("kim", "kim"), ("김하나", "김하나"), ("Kim, Hana", #""Kim, Hana""#), (#"a"b"#, #""a""b""#),
        ("=1+1", #""'=1+1""#), ("+82", #""'+82""#), ("-5", #""'-5""#), ("@SUM(A1)", #""'@SUM(A1)""#),
        ("  =1+1", #""'  =1+1""#), ("＝1", #""'＝1""#), ("＠x", #""'＠x""#), (" a", #"" a""#), ("a=1", "a=1"), ("", ""),
        (#"=HYPERLINK("http://x","y")"#, #""'=HYPERLINK(""http://x"",""y"")""#),
    ])
    func `a text is quoted, and none is a formula`(text: String, cell: String) {
        #expect(ParticipantCSV.text(text) == cell)
    }

    /// As a spreadsheet reads it, by code points.
    private func cells(_ line: String) -> [String] {
        var (cells, isQuoted, before) = ([""], false, nil as Unicode.Scalar?)
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\"":
                if !isQuoted, before == "\"" { cells[cells.count - 1].unicodeScalars.append(scalar) }
                isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].unicodeScalars.append(scalar)
            }
            before = scalar
        }
        return cells
    }

    @Test(arguments: [
        "a\"\u{301},=1+1,", ",\u{301}=1", "a\"\u{308}b", "=\u{301}1", "  =\u{338}1", "\u{301}\"",
        "+\u{20DD}1", "\u{A0}=1", " \u{301}=1", "\u{3000}@\u{301}", "'\u{301}a",
    ])
    func `an accent on a character changes nothing about what it does`(text: String) {
        let cells = cells("x,\(ParticipantCSV.text(text)),y")
        #expect(cells.count == 3 && cells.first == "x" && cells.last == "y", "\(cells)")
        let isFormula = text.unicodeScalars.first { !$0.isBlank }.map { "=+-@".unicodeScalars.contains($0) } ?? false
        #expect(Array(cells[1].utf8) == Array((isFormula ? "'\(text)" : text).utf8))
    }

    @Test func `no text breaks its line or begins with what cannot be seen`() {
        for text in ["a\nb", "a\r\nb", "\t=1+1", "\r=1", "\u{FEFF}=1", "\u{200B}=1", "\u{A0}=1"] {
            let cell = ParticipantCSV.text(text)
            #expect(!cell.contains { $0.isNewline || $0 == "\t" }, "\(cell)")
            #expect(!cell.hasPrefix("="), "\(cell)")
        }
    }

    @Test func `a line has a cell for each head`() throws {
        var participant = OrderTotalsTests.participant(
            "kim", .accept, try OrderTotalsTests.check([1000], [1400], version: 2, real: false), resource: "seoul,1")
        participant.answeredAt = Timestamp("2026-11-20T04:00:00Z")
        participant.channel = "app"
        #expect(ParticipantCSV.heading.hasPrefix("\u{FEFF}drId,userId,"))
        #expect(
            ParticipantCSV.line(participant, order: "dr-1")
                == "dr-1,kim,kim,\"seoul,1\",accept,2026-11-20T04:00:00Z,app,,1000,1400,-400,0,false,nothing was reduced,2\r\n"
                .replacing("04:00:00Z", with: participant.answeredAt?.description.suffix(9) ?? ""))
        let silent = ParticipantCSV.line(OrderTotalsTests.participant("lee", .ignore), order: "dr-1")
        #expect(silent == "dr-1,lee,lee,,ignore,,,,,,,,,,\r\n")
        #expect(silent.count(where: { $0 == "," }) == ParticipantCSV.heading.count(where: { $0 == "," }))
    }

    private func chart(_ checks: [CheckFigures]) throws -> String {
        let order = try OrderTotalsTests.order()
        var totals = OrderTotals(order, nil, .korea)
        for check in checks { totals.add(OrderTotalsTests.participant("a", .accept, check)) }
        return LoadChart(order, totals, .korea).svg
    }

    @Test func `an accent on a bracket does not open an element`() throws {
        let order = try OrderTotalsTests.order(id: "dr<\u{301}&\u{301}>\u{301}")
        let svg = LoadChart(order, OrderTotals(order, nil, .korea), .korea).svg.unicodeScalars
        #expect(svg.count { $0 == "<" } == svg.count { $0 == ">" })
        #expect(String(svg).utf8.count { $0 == UInt8(ascii: "&") } == 6)
        #expect(String(svg).contains("dr&lt;\u{301}&amp;\u{301}&gt;\u{301}"))
    }

    @Test func `a picture says what it shows`() throws {
        let svg = try chart([OrderTotalsTests.check([1000, 2000, 1000], [400, 2600, 500], gapOfOrder: "hour")])
        #expect(svg.contains("<title id=\"title\">Load and baseline of dr-1, 2026-11-20</title>"))
        #expect(svg.contains("14:00 1000, 400; 14:15 2000, 2600; 14:30 1000, 500.</desc>"))
        #expect(svg.contains("stroke-dasharray"))
        #expect(svg.count(where: { $0 == "<" }) == svg.count(where: { $0 == ">" }))
    }

    @Test(
        arguments: [
            [], [[0, 0]], [[-5, -7]], [[1, 0]], [[1_000_000_000, 0]], [[1_000_000_000, -1_000_000_000]],
            [[999, 1001], [1, 1]],
        ] as [[[Int64]]])
    func `a picture of any figures is one`(quarters: [[Int64]]) throws {
        let check = try OrderTotalsTests.check(quarters.map { $0[0] }, quarters.map { $0[1] })
        let svg = try chart(quarters.isEmpty ? [] : [check])
        #expect(svg.hasSuffix("</svg>\n") && svg.count < 10_000)
        #expect(svg.contains("There are no readings yet.") == quarters.isEmpty)
    }
}
