import Baselines
import Foundation
import Testing

/// 300 customers and 30 resources with gaps, order days, holidays, second orders, part hours and late readings, which
/// an independent reference has calculated: to the last digit, with all days.
@Suite struct BaselineVectorTests {
    @Test func `random customers and resources come out as the independent reference has them`() throws {
        var (answers, late, resources) = (0, 0, 0)
        for line in try VectorLines.lines("baseline-random.jsonl") {
            let question = try VectorLines.object(line)
            let found = try VectorLines.answers(line)
            if question["customers"] != nil {
                resources += 1
                try compare(resource: question, found)
            } else {
                #expect(found.map(\.phase) == ["expected", "expectedLate"].filter { question[$0] != nil })
                for answer in found {
                    let expected = try #require(question[answer.phase] as? [String: Any])
                    compare(try VectorLines.details(answer)["result"], expected, "\(answer.id) \(answer.phase)")
                    answers += 1
                    if answer.phase == "expectedLate" { late += 1 }
                }
            }
        }
        #expect(answers == 429)
        #expect(late == 129)
        #expect(resources == 30)
    }

    private func compare(resource question: [String: Any], _ found: [BaselineAnswer]) throws {
        let expected = try #require(question["expected"] as? [String: Any])
        let own = try #require(found.first)
        #expect(same(own.counted, expected["counted"]), "\(own.id)")
        #expect(same(own.leftOut, expected["leftOut"]), "\(own.id)")
        let details = try VectorLines.details(own)
        if let resource = expected["resource"] as? [String: Any] {
            compare(details["result"], resource, own.id)
        } else {
            #expect(own.result == nil)
        }
        let customers = try #require(expected["customers"] as? [String: Any])
        #expect(Set(customers.keys) == Set(found.dropFirst().compactMap(\.customer)))
        for answer in found.dropFirst() {
            let result = try #require(try VectorLines.details(answer)["result"] as? [String: Any])
            #expect(
                same(result["reductionWh"], customers[try #require(answer.customer)]),
                "\(own.id) \(answer.customer ?? "")")
        }
    }

    /// Days that are not used stand as pairs in the vectors.
    private func compare(_ found: Any?, _ expected: [String: Any], _ name: String) {
        var expected = expected
        if let hours = expected["hours"] as? [[String: Any]] {
            expected["hours"] = hours.map { hour in
                var hour = hour
                hour["notUsed"] = (hour["notUsed"] as? [[String]])?.map { ["day": $0[0], "why": $0[1]] }
                return hour
            }
        }
        #expect(same(found, expected), "\(name): \(String(describing: found)) instead of \(expected)")
    }
}
