import Contracts
import Testing

@testable import Meters

@Suite struct GreenButtonTests {
    private static let start: Int64 = 1_795_186_800

    private static func feed(_ entries: String...) -> String {
        #"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">"#
            + entries.joined(separator: "\n") + "</feed>"
    }

    private static func type(
        _ more: String = "", href: String = "/ReadingType/1", multiplier: Int = 0, seconds: String = "900"
    ) -> String {
        #"<entry><link rel="self" href="\#(href)"/><content><espi:ReadingType>\#(more)"#
            + "<espi:powerOfTenMultiplier>\(multiplier)</espi:powerOfTenMultiplier><espi:uom>72</espi:uom>"
            + "<espi:intervalLength>\(seconds)</espi:intervalLength></espi:ReadingType></content></entry>"
    }

    private static func block(
        _ values: [String], up: String = "/MeterReading/1/IntervalBlock", seconds: String? = "900"
    ) -> String {
        let readings = values.enumerated().map { place, value in
            let duration = seconds.map { "<espi:duration>\($0)</espi:duration>" } ?? ""
            return
                "<espi:IntervalReading><espi:cost>974</espi:cost><espi:timePeriod>\(duration)<espi:start>\(start + Int64(place) * 900)</espi:start></espi:timePeriod><espi:value>\(value)</espi:value></espi:IntervalReading>"
        }
        return
            #"<entry><link rel="up" href="\#(up)"/><content><espi:IntervalBlock><espi:interval><espi:duration>86400</espi:duration><espi:start>1</espi:start></espi:interval>"#
            + readings.joined(separator: "\n") + "</espi:IntervalBlock></content></entry>"
    }

    private static func meterReading(_ number: Int, type: String) -> String {
        #"<entry><link rel="self" href="/MeterReading/\#(number)"/><link rel="related" href="\#(type)"/><content><espi:MeterReading/></content></entry>"#
    }

    private func read(_ text: String, pieces: Int = .max) throws -> Collected {
        let collected = Collected()
        let file = try GreenButton(customer: UserID(text: "u-1"), collected)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces)
            rest = rest.dropFirst(piece.count)
            try file.take(Array(piece).span)
        }
        try file.finish()
        return collected
    }

    @Test(arguments: [1, 100, 100_000]) func `readings of quarter hours are taken by their type's multiplier`(
        _ pieces: Int
    ) throws {
        let collected = try read(
            Self.feed(
                Self.meterReading(1, type: "/ReadingType/1"), Self.type(multiplier: -3),
                Self.block(["412300", "0", "1250"])),
            pieces: pieces)
        #expect(collected.lines == ["u-1 2026-11-20T15:00:00Z 4123 0 13"])
        #expect(collected.words.isEmpty)
    }

    @Test func `a block has the type of its meter reading`() throws {
        let collected = try read(
            Self.feed(
                Self.type(href: "/ReadingType/1", multiplier: 3),
                Self.type("<espi:commodity>7</espi:commodity>", href: "/ReadingType/2"),
                Self.meterReading(1, type: "/ReadingType/2"), Self.meterReading(2, type: "/ReadingType/1"),
                Self.block(["1"], up: "/MeterReading/1/IntervalBlock"),
                Self.block(["2"], up: "/MeterReading/2/IntervalBlock")))
        #expect(collected.lines == ["u-1 2026-11-20T15:00:00Z 20000"])
        #expect(collected.words == [#"line 5: the block's readings are not of electricity (commodity "7")"#])
    }

    @Test(arguments: [
        (type(seconds: "3600"), "readings of 3600 s are not taken: kepco.readings has those of quarter hours, 900 s"),
        (
            type("<espi:flowDirection>19</espi:flowDirection>"),
            #"the block's readings are not of what was delivered (flowDirection "19")"#
        ),
        (
            type("<espi:accumulationBehaviour>3</espi:accumulationBehaviour>"),
            #"the block's readings are not of each interval (accumulationBehaviour "3")"#
        ),
        (type(multiplier: 99), #"powerOfTenMultiplier is "99""#),
        (type().replacing(">72<", with: ">42<"), #"the block's readings are not in Wh (uom "42" instead of 72)"#),
        ("", "the block's ReadingType does not stand before it, or it is not clear which one it is"),
        (
            type() + type(href: "/ReadingType/2"),
            "the block's ReadingType does not stand before it, or it is not clear which one it is"
        ),
    ]) func `a block of other readings is refused`(_ type: String, _ why: String) throws {
        let collected = try read(Self.feed(type, Self.block(["1", "2"])))
        #expect(collected.readings.isEmpty && collected.words == ["line 2: \(why)"])
    }

    @Test func `a wrong reading is refused, and the others count`() throws {
        let text = Self.feed(Self.type(), Self.block(["1", "-2", "x", "", "5", "6"]))
        let collected = try read(text)
        #expect(collected.lines == ["u-1 2026-11-20T15:00:00Z 10 - - - 50 60"])
        #expect(collected.words == [#"line 3: "-2" is negative"#, #"line 4: "x" is not a number"#])
        let hours = try read(Self.feed(Self.type(), Self.block(["1", "2"], seconds: "3600")))
        #expect(hours.readings.isEmpty && hours.faults.count == 2)
        let odd = try read(Self.feed(Self.type(), Self.block(["1"])).replacing("\(Self.start)", with: "17951868001"))
        #expect(odd.words == [#"line 2: "17951868001" is not the start of a quarter hour, in seconds since 1970"#])
    }

    @Test func `of a file that breaks off counts what stands before`() throws {
        let text = Self.feed(Self.type(), Self.block(["1", "2"]), Self.block(["3"]))
        let collected = Collected()
        let file = try GreenButton(customer: UserID(text: "u-1"), collected)
        try file.take(Array(text.utf8.dropLast(100)).span)
        #expect(throws: FileFault.self) { try file.finish() }
        #expect(collected.lines == ["u-1 2026-11-20T15:00:00Z 10 20"])
    }

    @Test func `a file that is none is refused as a whole`() {
        for (text, why) in [
            ("<feed/>", "line 1: the file is XML without an IntervalBlock: no Green Button file"),
            ("<feed>\n<a>", "line 2: no valid XML: no element found"),
            ("<!DOCTYPE a>\n<a/>", "line 1: a DOCTYPE is not taken"),
        ] {
            do {
                _ = try read(text)
                Issue.record("\(text) is taken")
            } catch { #expect("\(error)" == why) }
        }
        #expect(throws: FileFault.self) { try read(Self.feed(String(repeating: Self.type(), count: 1001))) }
    }
}
