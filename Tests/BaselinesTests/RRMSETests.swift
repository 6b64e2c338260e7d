import Foundation
import JSON
import Testing

@testable import Baselines

@Suite struct RRMSETests {
    /// Eight applicants that an independent reference has calculated: the days, the exact square and both roundings.
    @Test func `applicants come out as the independent reference has them`() throws {
        var applicants = 0
        for line in try VectorLines.lines("rrmse.jsonl") {
            let expected = try #require(try VectorLines.object(line)["expected"] as? [String: Any])
            let result = try Self.result(line)
            #expect(same(result.days.map(\.description) as NSArray, expected["days"]))
            let squared = [result.squared.numerator, result.squared.denominator].map {
                NSDecimalNumber(string: "\($0)")
            }
            #expect(same(squared as NSArray, expected["squared"]))
            #expect(result.ratio == Int64((try #require(expected["ratio"] as? Double) * 100).rounded()))
            #expect(result.percent == Int64((try #require(expected["percent"] as? Double) * 100).rounded()))
            applicants += 1
        }
        #expect(applicants == 8)
    }

    @Test func `the example of the rules is rounded to two decimals`() throws {
        let pairs: [(baseline: Fraction, load: Int64)] = [
            (Fraction(100), 90), (Fraction(110), 115), (Fraction(120), 120), (Fraction(130), 150),
        ]
        let squared = try RRMSE.squared(pairs)
        // (100 + 25 + 0 + 400) × 4 ÷ 475².
        #expect(squared == Fraction(2100, over: 225_625))
    }

    @Test func `without any use nothing is divided`() throws {
        #expect(try RRMSE.squared([(Fraction(7), 0)]) == .zero)
        #expect(try RRMSE.squared([]) == .zero)
    }

    @Test func `figures that could not be calculated exactly are refused`() {
        #expect(throws: QuestionError("the readings are too large to be calculated exactly")) {
            try RRMSE.squared([(Fraction(Int128(Int64.max), over: 7), 1)])
        }
    }

    @Test(arguments: [
        (
            #"{"removedDays":["2026-06-01","2026-06-02","2026-06-03","2026-06-04","2026-06-05","2026-06-08"]"#,
            "at most 5"
        ),
        (#"{"removedDays":["June"]"#, "no date"), (#"{"hourlyWhFrom9":{"9":[1]}"#, "no date"),
        (#"{"hourlyWhFrom9":{"2026-06-01":[1,2,3,4,5,6,7,8,9,10,11,12]}"#, "2026-06-01"),
        (#"{"hourlyWhFrom9":{}"#, "no reading"), (#"{"id":"a""#, "readings"),
    ])
    func `what cannot be tested is refused with the field`(_ start: String, _ reason: String) {
        let line = Array((start + #","registered":"2026-06-29","method":"Mid(6/10)"}"#).utf8)
        #expect {
            try Self.result(line)
        } throws: {
            "\($0)".contains(reason)
        }
    }

    private static func result(_ line: [UInt8]) throws -> RRMSE {
        var reader = JSONReader()
        var result: RRMSE?
        try reader.read(line.span) { result = try AdmissionQuestion($0, MethodCatalogue()).result() }
        return try #require(result)
    }
}
