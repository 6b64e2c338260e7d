import Baselines
import Market
import Testing

@testable import Settlement

/// The file of the rules, and what is wrong with one.
@Suite struct SettlementRulesTests {
    private static let korea = String(decoding: SettlementRules.koreaText, as: UTF8.self)

    private func day(_ text: String) throws -> Day { try #require(Day(text)) }

    @Test func `Korea's rules are those of the market's four kinds`() throws {
        let rules = SettlementRules.korea
        #expect(rules.kinds.map(\.id) == ["standard", "small", "jeju", "national"])
        for kind in rules.kinds { #expect(Market.korea.kinds.contains { $0.id == kind.id }) }
        let credited = CreditedTerms(
            creditedMilliPercent: 120_000, fullMilliPercent: 97_000, shortfallDivisor: 5, shortfallFactor: 2,
            stopDays: 3, stopBelowMilliPercent: 80_000)
        let reward = RewardTerms(rewardHours: 60, noticeMin: 60, noticeDivisor: 10)
        #expect(rules.terms(of: "jeju", on: try day("2026-06-08"))?.pay == .credited(credited))
        #expect(rules.terms(of: "national", on: try day("2024-02-01"))?.pay == .reward(reward))
        #expect(rules.terms(of: "national", on: try day("2024-02-01"))?.prices.rbp == 65_760_000)
        #expect(rules.terms(of: "national", on: try day("2024-01-31")) == nil)
    }

    @Test func `each day has the terms that hold on it`() throws {
        let second =
            #"{"from": "2027-01-01", "pay": "reward", "rewardHours": 50, "noticeMin": 60, "noticeDivisor": 10}, {"#
        let national = Self.korea.split(separator: #""id": "national""#)[1]
        let text = Self.korea.replacing(national, with: national.replacing("        {\n", with: "        \(second)\n"))
        let rules = try SettlementRules(Array(text.utf8))
        func hours(_ text: String) throws -> Int64? {
            guard case .reward(let reward) = rules.terms(of: "national", on: try day(text))?.pay else { return nil }
            return reward.rewardHours
        }
        #expect(try hours("2026-12-31") == 60)
        #expect(try hours("2027-01-01") == 50)
    }

    @Test(arguments: [
        (
            #""fullPercent": 97,"#, #""fullPercent": "97","#,
            "line 9: kinds[0].terms[0].fullPercent is \"97\": write a number"
        ),
        (
            #""fullPercent": 97,"#, #""fullPercent": 121,"#,
            "line 9: kinds[0].terms[0].fullPercent is more than \"creditedPercent\""
        ),
        (#""fullPercent": 97,"#, "", "line 7: kinds[0].terms[0].fullPercent is missing"),
        (#""fullPercent": 97,"#, #""fulPercent": 97,"#, "did you mean \"fullPercent\"?"),
        (
            #""shortfallDivisor": 5"#, #""shortfallDivisor": 0"#,
            "shortfallDivisor is 0: write a whole number, 1 to 1000"
        ),
        (
            #""stopDays": 3,"#, #""stopDays": 3, "rewardHours": 60,"#,
            "rewardHours says nothing where \"pay\" is credited"
        ),
        (
            #""pay": "reward""#, #""pay": "both""#,
            "line 38: kinds[3].terms[0].pay is \"both\": write one of credited, reward"
        ),
        (#""id": "small""#, #""id": "standard""#, "kinds[1].id is \"standard\", as that of another kind is"),
        (
            #""from": "2024-02-01""#, #""from": "2024-02-30""#,
            "line 8: kinds[0].terms[0].from is \"2024-02-30\", no date"
        ),
        (#""rbp": 65760"#, #""rbp": 1e999"#, "line 39: kinds[3].terms[0].rbp is 1e999"),
        (#""about""#, #""abuot""#, "line 2: abuot is not known: did you mean \"about\"?"),
        (#"  "kinds""#, #"  "kinds": [], "kinds""#, "line 3: kinds appears twice"),
    ])
    func `a fault has its line and its field`(right: String, wrong: String, fault: String) {
        var text = Self.korea
        if let place = text.firstRange(of: right) { text.replaceSubrange(place, with: wrong) }
        #expect(text != Self.korea)
        let faults = #expect(throws: MarketFaults.self) { try SettlementRules(Array(text.utf8)) }
        #expect("\(String(describing: faults))".contains(fault), "\(String(describing: faults))")
    }

    @Test(arguments: [
        "", "[]", "{", "nonsense", #"{"kinds":[]}"#, #"{"kinds":[{"id":"x","terms":[]}]}"#, #"{"kinds":7}"#,
    ])
    func `what is no file of rules is refused`(text: String) {
        #expect(throws: MarketFaults.self) { try SettlementRules(Array(text.utf8)) }
    }
}
