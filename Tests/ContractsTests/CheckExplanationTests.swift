import Contracts
import JSON
import Schemas
import Testing

@Suite struct CheckExplanationTests {
    private func explanation(_ count: Int) -> CheckExplanation {
        let start = Timestamp(milliseconds: 1_795_251_600_000)
        return CheckExplanation(
            startsAt: start, endsAt: Timestamp(milliseconds: 1_795_255_200_000),
            notUsed: (0..<count).map { DayNotUsed(day: "day \($0)", why: "gap") }, gapOfReference: "leaveOut",
            gapOfOrder: "customer",
            parts: (0..<min(count, 2)).map { CheckExplanation.Part(startsAt: start, days: ["2026-11-\(10 + $0)"]) })
    }

    @Test(arguments: [(0, 0), (60, 0), (61, 1), (1000, 940)])
    func `the newest days are named and the others counted`(_ count: Int, _ more: Int64) {
        let explanation = explanation(count)
        #expect(explanation.notUsed.count == min(count, 60))
        #expect(explanation.notUsed.first?.day == (count == 0 ? nil : "day 0"))
        #expect(explanation.moreNotUsed == more)
    }

    @Test(arguments: [0, 1000])
    func `a check is read as it was written`(_ count: Int) throws {
        let (_, contract) = try Codec(ReductionCheck.self).contract
        var reader = JSONReader()
        var check = try ReductionCheck(reader.fields(of: contract.example.description.utf8.span))
        check.explanation = explanation(count)
        var json = JSONWriter()
        json.object { check.write(&$0) }
        let again = try ReductionCheck(reader.fields(of: json.bytes))
        #expect(again.explanation == check.explanation)
    }

    /// An event has 8000 fields and elements at the most.
    @Test(arguments: [(307, 10, 307), (308, 10, 0), (672, 2, 672), (672, 20, 0)])
    func `parts are named as long as an event holds them`(_ count: Int, _ days: Int, _ named: Int) {
        let start = Timestamp(milliseconds: 1_795_251_600_000)
        let part = CheckExplanation.Part(startsAt: start, days: Array(repeating: "2026-11-20", count: days))
        let explanation = CheckExplanation(
            startsAt: start, endsAt: start, notUsed: [], gapOfReference: "", gapOfOrder: "",
            parts: Array(repeating: part, count: count))
        #expect(explanation.parts.count == named)
    }

    @Test func `a check of an earlier version has none`() throws {
        let (_, contract) = try Codec(ReductionCheck.self).contract
        var fields = contract.example.object ?? [:]
        for name in ["startsAt", "endsAt", "notUsed", "gapOfReference", "gapOfOrder"] { fields[name] = nil }
        let text = "{" + fields.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        var reader = JSONReader()
        #expect(try ReductionCheck(reader.fields(of: text.utf8.span)).explanation == nil)
    }

    @Test(arguments: ["1", #"["2026-11-20"]"#, #"[{"day":"2026-11-20"}]"#, #"[{"day":"2026-11-20","why":7}]"#])
    func `days that are none are refused`(_ text: String) throws {
        let (_, contract) = try Codec(ReductionCheck.self).contract
        let text = contract.example("notUsed", text)
        var reader = JSONReader()
        #expect(throws: JSONError.self) { _ = try ReductionCheck(reader.fields(of: text.utf8.span)) }
    }
}
