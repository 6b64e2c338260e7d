import Contracts
import Testing

@testable import Meters

@Suite struct CSVReadingsTests {
    private static let plain = CSVMappingTests.plain

    private func read(
        _ text: String, _ mapping: String = plain, customer: String? = nil, pieces: Int = .max
    ) throws -> Collected {
        try read(Array(text.utf8), mapping, customer: customer, pieces: pieces)
    }

    private func read(
        _ bytes: [UInt8], _ mapping: String = plain, customer: String? = nil, pieces: Int = .max
    ) throws -> Collected {
        let collected = Collected()
        let file = CSVReadings(
            try CSVMapping(Array(mapping.utf8)), customer: customer.map { UserID(text: $0) }, collected)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces)
            rest = rest.dropFirst(piece.count)
            try file.take(Array(piece).span)
        }
        try file.finish()
        return collected
    }

    private func fault(_ bytes: [UInt8], _ mapping: String = plain) -> String? {
        do { _ = try read(bytes, mapping) } catch { return "\(error)" }
        return nil
    }

    @Test(arguments: [1, 3, 1000]) func `rows become a customer's days, whatever order they come in`(_ pieces: Int)
        throws
    {
        let lines = [
            #"="0541",,2026-11-21 00:15,0.0911"#, "u-2,,2026-11-21 00:15,1",
            #""=""0541""",,2026-11-21 00:30,0.2"#, "u-2,,2026-11-22 00:00,2", #""u ""q",,2026-11-21 00:15,1"#,
            "0541,,2026-11-21 01:00, 0.3 ", "0541,,2026-11-22 00:15,",
        ]
        let text = "\u{FEFF}" + #""id",x,t,"v""# + "\r\n" + lines.joined(separator: "\r\n")
        let collected = try read(text, pieces: pieces)
        #expect(
            collected.lines == [
                "0541 2026-11-20T15:00:00Z 911 2000 - 3000",
                "u-2 2026-11-20T15:00:00Z 10000 " + String(repeating: "- ", count: 94) + "20000",
            ])
        #expect(collected.words == [#"line 6: "u "q" is no customer's id"#])
    }

    @Test func `a wrong line is refused with its number, and the others count`() throws {
        let lines = [
            "id,t,v", "u,2026-11-21 00:15,0.1", "u,2026-11-21 00:20,0.1", "u,yesterday,0.1", "u,2026-11-21 00:30,x",
            "u",
            "\"u,2026-11-21 00:45,1", "", "a/b,2026-11-21 00:45,1", "u,2026-11-21 00:30,-1",
            "u,2026-11-21 00:30,\(String(repeating: "1", count: 70_000))", "u,2026-11-21 00:30,0.2",
        ]
        let collected = try read(lines.joined(separator: "\n"))
        #expect(collected.lines == ["u 2026-11-20T15:00:00Z 1000 2000"])
        #expect(
            collected.words == [
                #"line 3: "2026-11-21 00:20" is not at the end of a quarter hour"#,
                #"line 4: "yesterday" is no time: write 2026-11-21 00:15"#,
                #"line 5: column "v" is "x": it is not a number"#, "line 6: has 1 fields: the header's columns need 3",
                "line 7: has a quotation mark that is not closed on the line", #"line 9: "a/b" is no customer's id"#,
                #"line 10: column "v" is "-1": it is negative"#, "line 11: has more than 64 KiB",
            ])
    }

    @Test func `separator, decimal comma, unit, label and order of dates are as declared`() throws {
        let mapping =
            #"{"columns":{"date":"Datum","time":"Zeit","value":"Verbrauch"},"unit":"Wh","intervalMin":15,"timeZone":"+01:00","#
            + #""label":"start","separator":";","decimalComma":true,"dateOrder":"dmy","skipLines":2}"#
        let text = "Export\n\"unclosed\nDatum;Zeit;Verbrauch\n21.11.2026;00:15;412,3\n21.11.2026;0:30;1"
        #expect(try read(text, mapping, customer: "u-1").lines == ["u-1 2026-11-20T23:15:00Z 4123 10"])
    }

    @Test func `a row may be a day`() throws {
        let names = (1...96).map { "q\($0)" }
        let mapping = Self.plain.replacing(
            #""time":"t","value":"v""#,
            with: #""date":"d","values":[\#(names.map { "\"\($0)\"" }.joined(separator: ","))]"#)
        let values = ["0.1", "", "0.3"] + Array(repeating: "", count: 92) + ["0.5"]
        let text = "id,d," + names.joined(separator: ",") + "\nu,20261121," + values.joined(separator: ",")
        #expect(
            try read(text, mapping).lines == [
                "u 2026-11-20T15:00:00Z 1000 - 3000 " + String(repeating: "- ", count: 92) + "5000"
            ])
    }

    @Test func `readings of whole hours are not taken for quarters`() throws {
        let rows = (1...24).map { "u,2026-11-21 \($0):00,0.4" }
        let collected = try read("id,t,v\n" + rows.joined(separator: "\n"))
        #expect(collected.readings.isEmpty)
        #expect(
            collected.words == [
                "line 2: u has one reading an hour on 2026-11-21: are they of quarter hours? None of them is taken"
            ])
    }

    @Test func `a second value of a quarter hour is refused, or the last one counts`() throws {
        let text = "id,t,v\nu,2026-11-21 00:15,0.1\nu,2026-11-21 00:15,0.1\nu,2026-11-21 00:15,0.2"
        let collected = try read(text)
        #expect(collected.lines == ["u 2026-11-20T15:00:00Z 1000"])
        #expect(
            collected.words == [
                "line 4: u has another value of 2026-11-20T15:00:00Z in a line before: of another meter?"
            ])
        let last = Self.plain.replacing(#""unit""#, with: #""duplicates":"last","unit""#)
        #expect(try read(text, last).lines == ["u 2026-11-20T15:00:00Z 2000"])
    }

    @Test func `times may name their own zone`() throws {
        #expect(try read("id,t,v\nu,2026-11-21T00:15:00Z,0.1").lines == ["u 2026-11-21T00:00:00Z 1000"])
    }

    @Test func `a file whose header is not the mapping's is refused as a whole`() {
        #expect(fault(Array("id,t\nu,1".utf8)) == #"line 1: the header has no column "v"; it has "id", "t""#)
        #expect(
            fault(Array("id,t,v,v\nu,1".utf8))?.hasPrefix(#"line 1: the header has more than one column "v""#) == true)
        #expect(fault([]) == "line 1: the file ends before its header")
        #expect(fault([0xFF, 0xFE, 0x69, 0, 0x0A]) == "line 1: the file is UTF-16: save it as UTF-8")
        // 고객 in CP949.
        #expect(fault([0xB0, 0xED, 0xB0, 0xB4, 0x2C, 0x0A])?.contains("iconv -f CP949") == true)
    }

    @Test func `what is held at a time is bounded`() throws {
        let collected = Collected()
        let days = DayCollector(utcOffset: 540, days: 10, collected)
        for start in [0, 15] as [Int64] {
            for user in 0..<100 {
                try days.put(UserID(text: "u\(user)"), start: 29_000_000 / 1440 * 1440 + start, tenths: 5, line: 1)
            }
        }
        #expect(collected.readings.count == 190)
        try days.finish()
        #expect(collected.readings.count == 200 && days.tally.customers == 100 && days.tally.readings == 200)
    }
}
