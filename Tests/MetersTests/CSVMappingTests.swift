import Market
import Testing

@testable import Meters

@Suite struct CSVMappingTests {
    static let plain =
        #"{"columns":{"customer":"id","time":"t","value":"v"},"unit":"kWh","intervalMin":15,"timeZone":"+09:00","label":"end"}"#

    private func faults(_ text: String) -> [String] {
        do throws(MarketFaults) { _ = try CSVMapping(Array(text.utf8)) } catch { return error.list.map(\.description) }
        return []
    }

    @Test func `what is not said has a default`() throws {
        let mapping = try CSVMapping(Array(Self.plain.utf8))
        #expect(mapping.separator == UInt8(ascii: ",") && !mapping.decimalComma && mapping.utcOffset == 540)
        #expect(mapping.label == .end && mapping.order == .ymd && mapping.skippedLines == 0)
        #expect(mapping.duplicates == .refuse && mapping.namesCustomers)
    }

    @Test func `a row may be a day`() throws {
        let names = (1...96).map { "\"q\($0)\"" }.joined(separator: ",")
        let text = Self.plain.replacing(#""time":"t","value":"v""#, with: #""date":"d","values":[\#(names)]"#)
        #expect(try CSVMapping(Array(text.utf8)).columns.values.count == 96)
        #expect(
            faults(text.replacing(",\"q96\"", with: "")) == [
                "line 1: columns.values has 95 columns: a day has 96 quarter hours"
            ])
    }

    /// What is put in the place of what, and what is wrong then.
    @Test(arguments: [
        (
            #""intervalMin":15"#, #""intervalMin":60"#,
            "intervalMin is 60: write 15; readings of other intervals are not taken"
        ),
        (#""intervalMin":15,"#, "", "intervalMin is missing"),
        (#""unit":"kWh""#, #""unit":"kW""#, #"unit is "kW": write one of kWh, Wh"#),
        (#""label":"end""#, #""label":"middle""#, #"label is "middle": write one of start, end"#),
        (#""+09:00""#, #""Asia/Seoul""#, #"timeZone is "Asia/Seoul": write an offset from UTC"#),
        (#""+09:00""#, "9", "timeZone is 9: write an offset from UTC"),
        (#""unit""#, #""seperator":";","unit""#, #"seperator is not known: did you mean "separator"?"#),
        (#""unit""#, #""separator":"ab","unit""#, #"separator is "ab": write"#),
        (#""unit""#, #""decimalComma":1,"unit""#, "decimalComma is 1: write true or false"),
        (#""unit""#, #""skipLines":-1,"unit""#, "skipLines is -1: write a whole number, 0 to 1000"),
        (#""value":"v""#, #""valeu":"v""#, #"columns.valeu is not known: did you mean "value"?"#),
        (#""time":"t","#, "", "columns.time is missing"),
        (#"{"columns":{"customer":"id","time":"t","value":"v"},"#, "{", "columns is missing"),
        (#"15,"#, "15", "the text is not valid JSON"),
    ]) func `each fault has its line and field`(_ there: String, _ instead: String, _ fault: String) {
        let text = Self.plain.replacing(there, with: instead)
        #expect(text != Self.plain)
        #expect(faults("\n" + text).contains { $0.hasPrefix("line 2: \(fault)") }, "\(faults(text))")
    }
}
