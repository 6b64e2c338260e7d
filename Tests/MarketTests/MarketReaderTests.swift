import Baselines
import Testing

@testable import Market

@Suite struct MarketReaderTests {
    /// A market of one kind, with what a test puts in.
    static func text(
        top: String = "", rules: String = "", kind: String = #""id": "a", "name": {"ko": "가", "en": "A"}"#,
        days: String = #""2026-05-05""#
    ) -> String {
        """
        {
          "version": 7, "utcOffset": "+09:00",\(top)
          "kinds": [
            {\(kind), "rules": [
              {"from": "2026-01-01"\(rules)}
            ]}
          ],
          "holidays": {"until": "2026-12-31", "days": [\(days)]}
        }
        """
    }

    private func faults(_ text: String) -> [String] {
        do throws(MarketFaults) { _ = try Market(Array(text.utf8)) } catch { return error.list.map(\.description) }
        return []
    }

    @Test func `what is not said is not limited`() throws {
        let market = try Market(Array(Self.text().utf8))
        let rules = try #require(market.kinds.first?.rules.first)
        #expect(market.version == 7 && market.zone == .korea && market.otherKinds == nil)
        #expect(market.kind(of: "a")?.english == "A" && market.kind(of: "b") == nil)
        let (first, monday, holiday) = (try given("2026-01-01"), try given("2026-05-04"), try given("2026-05-05"))
        #expect(rules == KindRules(from: first) && !rules.countsOrders)
        #expect(market.isWorkday(monday) && !market.isWorkday(holiday))
        #expect(!market.text.contains(" ") && !market.text.contains("\n"))
    }

    @Test func `each limit is read`() throws {
        let rules =
            #", "source": "별표28", "noticeMin": 60, "gridMin": 15, "durationMin": {"least": 60, "most": 240}, "#
            + #""days": "weekdays", "windows": ["09:00-12:00", "13:00-20:00", "20:00-24:00"], "ordersADay": 2, "#
            + #""contiguous": false, "hoursAPeriod": 60, "periods": ["12-01", "06-01"], "pointsPerWh": 1.5, "pointsBy": "resource", "#
            + #""method": {"name": "M", "days": 5, "keep": "top 4", "eligibleDays": 10}"#
        let market = try Market(Array(Self.text(top: #" "otherKinds": "a","#, rules: rules).utf8))
        var expected = KindRules(from: try given("2026-01-01"))
        (expected.source, expected.noticeMin, expected.gridMin) = ("별표28", 60, 15)
        (expected.durationMin, expected.days, expected.windows) = (60...240, .weekdays, [540..<720, 780..<1440])
        (expected.ordersADay, expected.isContiguousAllowed, expected.hoursAPeriod) = (2, false, 60)
        (expected.periods, expected.milliPointsPerWh) = ([601, 1201], 1500)
        expected.pointsBy = .resource
        expected.method = BaselineMethod("M", days: 5, keep: .top(4), rank: .hour, lookBack: .eligibleDays(10))
        #expect(market.kind(of: "whatever")?.rules == [expected] && expected.countsOrders)
    }

    /// A change of the text, and the faults, each with its line and its field.
    static let wrong: [(text: String, faults: [String])] = [
        ("", ["line 1: the text is not a JSON object"]), ("[]", ["line 1: the text is not a JSON object"]),
        ("{\n\"a\":1,,}", ["line 2: the text is not valid JSON"]),
        (
            "{}",
            [
                "line 1: version is missing", "line 1: utcOffset is missing", "line 1: kinds is missing",
                "line 1: holidays is missing",
            ]
        ),
        (text(top: #" "otherKinds": "b","#), [#"line 2: otherKinds is "b", which is none of the kinds"#]),
        (text(top: #" "otherkinds": "a","#), [#"line 2: otherkinds is not known: did you mean "otherKinds"?"#]),
        (text(top: #" "version": 8,"#), ["line 2: version appears twice"]),
        (
            text(rules: #", "noticeMins": 5"#),
            [
                #"line 5: kinds[0].rules[0].noticeMins is not known: did you mean "noticeMin"?"#
            ]
        ),
        (
            text(rules: #", "noticeMin": -1, "gridMin": 7"#),
            [
                "line 5: kinds[0].rules[0].noticeMin is -1: write a whole number, 0 to 10080",
                "line 5: kinds[0].rules[0].gridMin is 7: write 1, 5, 10, 15, 20, 30 or 60",
            ]
        ),
        (
            text(rules: #", "noticeMin": "60""#),
            [
                #"line 5: kinds[0].rules[0].noticeMin is "60": write a whole number, 0 to 10080"#
            ]
        ),
        (
            text(rules: #", "durationMin": {"least": 60, "most": 30}"#),
            [
                #"line 5: kinds[0].rules[0].durationMin.most is 30, less than "least", which is 60"#
            ]
        ),
        (
            text(rules: #", "windows": ["9-12", "10:00-09:00", "09:00-12:00", "11:00-13:00"]"#),
            [
                #"line 5: kinds[0].rules[0].windows[0] is "9-12": write times of a day, as 09:00-12:00 or 13:00-24:00"#,
                #"line 5: kinds[0].rules[0].windows[1] is "10:00-09:00": write times of a day, as 09:00-12:00 or 13:00-24:00"#,
                #"line 5: kinds[0].rules[0].windows[3] is "11:00-13:00", which begins before the one in front of it ends"#,
            ]
        ),
        (
            text(rules: #", "pointsBy": "resource""#),
            [
                #"line 5: kinds[0].rules[0].pointsBy is resource, which needs "pointsPerWh": a resource's points have one rate"#
            ]
        ),
        (
            text(rules: #", "pointsBy": "weather", "pointsPerWh": 1"#),
            [#"line 5: kinds[0].rules[0].pointsBy is "weather": write one of customer, resource"#]
        ),
        (
            text(rules: #", "days": "sundays", "contiguous": 1"#),
            [
                #"line 5: kinds[0].rules[0].days is "sundays": write one of weekdays, holidays, all"#,
                "line 5: kinds[0].rules[0].contiguous is 1: write true or false",
            ]
        ),
        (
            text(rules: #", "periods": ["02-30"]"#),
            [
                #"line 5: kinds[0].rules[0].periods[0] is "02-30": write month and day, as 06-01"#
            ]
        ),
        (
            text(rules: #", "periods": ["06-01"]"#),
            [
                #"line 5: kinds[0].rules[0].periods says nothing without "hoursAPeriod""#
            ]
        ),
        (
            text(rules: #", "method": {"name": "", "days": 5}"#),
            [
                #"line 5: kinds[0].rules[0].method cannot be read: field "name" is empty: write 1 to 100 characters"#
            ]
        ),
        (
            text(rules: #", "method": {"name": "M", "days": 5, "keep": "top 9"}"#),
            [
                #"line 5: kinds[0].rules[0].method cannot be read: field "keep" is "top 9": write all, top N or middle N, at most 5"#
            ]
        ),
        (
            text(rules: #", "method": {"name": "M", "days": 5, "highest": true}"#),
            [
                "line 5: kinds[0].rules[0].method.highest is not for checks: points are paid for Wh, not for a highest use"
            ]
        ),
        (
            text(rules: #", "method": {"name": "M", "days": 5, "intervalMin": 5}"#),
            [
                "line 5: kinds[0].rules[0].method.intervalMin is 5: readings are by the quarter hour, so write 15, 30 or 60"
            ]
        ),
        (
            text(rules: #", "method": {"name": "M", "days": 5, "from": "2026-01-01"}"#),
            [
                "line 5: kinds[0].rules[0].method.from is not known: there are "
                    + BaselineMethod.fields.filter { $0 != "from" }.joined(separator: ", ")
            ]
        ),
        (
            text(rules: "},\n{\"from\": \"2026-01-01\""),
            [
                "line 6: kinds[0].rules[1].from is 2026-01-01, as that of other rules of this kind is"
            ]
        ),
        (
            text(rules: #"}, {"from": "2026-13-01""#),
            [
                #"line 5: kinds[0].rules[1].from is "2026-13-01", no date as 2026-11-20"#
            ]
        ),
        (
            text(kind: #""id": "", "name": {"ko": "가"}"#),
            [
                "line 4: kinds[0].id is no text of 1 to 50 characters that can be seen",
                "line 4: kinds[0].name.en is missing",
            ]
        ),
        (
            text(days: #""2026-05-05", "2026-05-05", "2027-01-01", 5"#),
            [
                "line 8: holidays.days[1] is 2026-05-05, which is there twice",
                #"line 8: holidays.days[2] is 2027-01-01, behind "until", which is 2026-12-31"#,
                "line 8: holidays.days[3] is 5, no date as 2026-11-20",
            ]
        ),
    ]

    @Test(arguments: wrong) func `every fault is told with its line and its field`(text: String, faults: [String]) {
        #expect(self.faults(text) == faults)
    }

    @Test(arguments: ["+9:00", "+09:10", "09:00", "+15:00", "+0٩:00"])
    func `an offset is whole quarter hours`(offset: String) {
        let text = Self.text().replacing("+09:00", with: offset)
        #expect(
            faults(text) == ["line 2: utcOffset is \"\(offset)\": write whole quarter hours, as +09:00"]
                || faults(text) == ["line 2: utcOffset is no text of 1 to 6 characters that can be seen"])
    }

    @Test func `a market is bounded, and no more faults are named than a person reads`() {
        let many = (0..<MarketLimits.members).map { "\"\($0)\"" }.joined(separator: ",")
        #expect(faults(Self.text(days: many)).first?.hasSuffix("has more than 980 fields and elements") == true)
        let long = String(repeating: "x", count: MarketLimits.bytes)
        #expect(faults(Self.text(top: #" "about": "\#(long)","#)).count == 2)
        let wrong = (0..<500).map { "\"day \($0)\"" }.joined(separator: ",")
        do throws(MarketFaults) { _ = try Market(Array(Self.text(days: wrong).utf8)) } catch {
            #expect(error.list.count == 20 && error.more == 480)
            #expect(error.description.hasSuffix("; and 497 more"))
        }
        let kind = #"{"id": "k", "name": {"ko": "가", "en": "A"}, "rules": [{"from": "2026-01-01"}]},"#
        let kinds = String(repeating: kind, count: MarketLimits.kinds)
        let text = Self.text().replacing(#""kinds": ["#, with: #""kinds": [\#(kinds)"#)
        #expect(faults(text).contains("line 3: kinds has 31 elements: at most 30 are allowed"))
    }

    @Test func `texts that differ in blanks and line ends are the same market`() throws {
        let text = Self.text(top: #" "about": "a \"quoted\" \\ text",  "#)
        let other = text.replacing("\n", with: "\r\n\t")
        #expect(try Market(Array(text.utf8)) == Market(Array(other.utf8)))
        #expect(try Market(Array(text.utf8)) == Market(Array(Market(Array(text.utf8)).text.utf8)))
        #expect(try Market(Array(text.utf8)).text.contains(#""a \"quoted\" \\ text""#))
    }
}
