import Baselines
import Chance

/// Answers and files as they come, with odd values among theirs.
struct AdapterExamples {
    static let account = "0123456789"
    static let day = Day(number: 20_778)
    static let mapping = #"""
        {"columns":{"customer":"id","date":"d","time":"t","value":"v"},"unit":"kWh","intervalMin":15,"timeZone":"+09:00",
        "label":"end","separator":";","decimalComma":true,"skipLines":1}
        """#

    func make(_ name: String, _ random: inout SeededGenerator) -> [UInt8] {
        switch name {
        case "kepco": Array(kepco(&random).utf8)
        case "csv": Array(csv(&random).utf8)
        case "mapping": Array(Self.mapping.utf8)
        default: Array(greenButton(&random).utf8)
        }
    }

    /// As someone would who wants to stop whoever reads it.
    func enlarge(_ body: inout [UInt8], _ random: inout SeededGenerator) {
        let part = Array(body.prefix(Int.random(in: 1...max(1, min(body.count, 2000)), using: &random)))
        let count = [100, 70_000, 600_000].randomElement(using: &random) ?? 1
        let place = Int.random(in: 0...body.count, using: &random)
        body.insert(contentsOf: (0..<count / max(1, part.count) + 1).flatMap { _ in part }, at: place)
    }

    /// Mostly fit, now and then as odd as a mutator knows.
    private func value(_ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<800, using: &random) {
        case 0: Mutator.numbers.randomElement(using: &random) ?? "0"
        case 1: "\"\(Mutator.texts.randomElement(using: &random) ?? "")\""
        case 2..<80: "\"\""
        case 80..<120: "0"
        default: "0.\(Int.random(in: 1000...9999, using: &random))"
        }
    }

    private func kepco(_ random: inout SeededGenerator) -> String {
        let date = Self.day.description.filter { $0 != "-" }
        let entries = (0..<Int.random(in: 0...3, using: &random)).map { meter in
            var entry = #"{"custNo":"\#(Self.account)","meterNo":"\#(meter)","mr_ymd":"\#(date)""#
            for quarter in 1...96 {
                let time = "\(quarter * 15 / 60 * 100 + quarter * 15 % 60)"
                entry += ",\"pwr_qty\(String(repeating: "0", count: 4 - time.count))\(time)\":\(value(&random))"
            }
            return entry + "}"
        }
        let error = #"{"returnCode":"openapi-\#(Int.random(in: 0...9999, using: &random))","errMsg":"없음"}"#
        let list = Int.random(in: 0..<8, using: &random) == 0 ? entries + [error] : entries
        let header = #""header":{"resultCode":"00","resultMsg":"OK"},"#
        return "{\(Bool.random(using: &random) ? header : "")\"dayLpDataInfoList\":[\(list.joined(separator: ","))]}"
    }

    private func csv(_ random: inout SeededGenerator) -> String {
        let rows = (0..<Int.random(in: 0...30, using: &random)).map { row in
            let value = value(&random).replacing(".", with: ",")
            return "u\(row % 3);2026-11-21;\(row / 4):\(row % 4 * 15);\(value)"
        }
        return "\u{FEFF}x\r\nid;d;t;v\r\n" + rows.joined(separator: "\r\n")
    }

    private func greenButton(_ random: inout SeededGenerator) -> String {
        let readings = (0..<Int.random(in: 0...10, using: &random)).map { place in
            let start = 1_795_186_800 + place * 900
            return
                "<IntervalReading><timePeriod><duration>900</duration><start>\(start)</start></timePeriod><value>\(value(&random).filter { $0 != "\"" && $0 != "<" && $0 != "&" })</value></IntervalReading>"
        }
        return
            #"<feed><entry><link rel="self" href="/R/1"/><ReadingType><uom>72</uom><powerOfTenMultiplier>-3</powerOfTenMultiplier></ReadingType></entry>"#
            + #"<entry><link rel="self" href="/M/1"/><link rel="related" href="/R/1"/><MeterReading/></entry>"#
            + #"<entry><link rel="up" href="/M/1/I"/><IntervalBlock>\#(readings.joined())</IntervalBlock></entry></feed>"#
    }
}
