import Baselines
import JSON
import Testing

/// A resource's own baseline from sums by the day, as partitions send them: each customer looks at his readings alone,
/// and knows no order days.
@Suite struct ComparedUseTests {
    private static let resources = (try? VectorLines.lines("baseline-random.jsonl")) ?? []

    private func question(_ line: [UInt8]) throws -> BaselineQuestion {
        var reader = JSONReader()
        var question: BaselineQuestion?
        try reader.read(line.span) { question = try BaselineQuestion($0, MethodCatalogue()) }
        return try #require(question)
    }

    private func sum(_ uses: [ComparedUse]) -> ComparedUse {
        func added(_ all: [[Int64]]) -> [Int64] {
            (0..<(all.map(\.count).max() ?? 0)).map { place in all.reduce(0) { $0 + $1[place] } }
        }
        var days: [Int64: [[Int64]]] = [:]
        for use in uses { for day in use.references { days[day.daysBefore, default: []].append(day.use) } }
        return ComparedUse(
            used: added(uses.map(\.used)),
            references: days.keys.sorted().map { .init(daysBefore: $0, use: added(days[$0] ?? [])) })
    }

    @Test func `all of the reference's resources come to what it says`() throws {
        var count = 0
        for line in Self.resources {
            let question = try question(line)
            guard case .resource(let customers) = question.subject else { continue }
            count += 1
            let ofDays = DayRules(holidays: question.rules.holidays)
            let uses = try customers.compactMap {
                try ComparedUse(question.order, question.method, ofDays, $0.readings, spare: 10)
            }
            let expected = try #require(try VectorLines.object(line)["expected"] as? [String: Any])
            #expect((expected["counted"] as? [String])?.count == uses.count)
            guard let rounded = (expected["resource"] as? [String: Any])?["rounded"] as? [String: Int64] else {
                #expect(uses.isEmpty)
                continue
            }
            let result = try question.method.result(question.order, question.rules, sum(uses))
            func wh(_ tenths: Fraction) -> Int64 { (tenths * Fraction(1, over: 10)).rounded }
            #expect(wh(result.baseline) == rounded["baselineWh"], "\(question.id)")
            #expect(wh(Fraction(result.used)) == rounded["usedWh"], "\(question.id)")
            #expect(wh(result.reduction) == rounded["reducedWh"], "\(question.id)")
        }
        #expect(count == 30)
    }

    @Test func `only a method that takes gaps as national DR does has one baseline of all customers`() {
        let gaps = BaselineMethod.GapRule(reference: .zero, order: .customer)
        let national = BaselineMethod("n", days: 5, keep: .top(4), lookBack: .eligibleDays(10), gaps: gaps)
        #expect(national.daysAddedUp == 10)
        let others: [(inout BaselineMethod) -> Void] = [
            { $0.gaps.reference = .leaveOut }, { $0.gaps.order = .hour }, { $0.lookBack = .kept },
            { $0.rank = .day }, { $0.measure = .highest }, { $0.includesOrderDay = true },
            { $0.adjustment = .before(.additive, from: -4, to: -1) }, { $0.shortage = .highestExcluded(2) },
        ]
        for change in others {
            var method = national
            change(&method)
            #expect(method.daysAddedUp == nil, "\(method)")
        }
    }

    @Test func `days that nobody has added up are no references`() throws {
        let gaps = BaselineMethod.GapRule(reference: .zero, order: .customer)
        let method = BaselineMethod("n", days: 4, keep: .all, lookBack: .eligibleDays(4), gaps: gaps)
        let friday = try #require(Day("2026-11-20"))
        let ten = friday.number * Day.minutes + 600
        let order = OrderTime(ten..<ten + 60)
        let use = ComparedUse(
            used: [10], references: [.init(daysBefore: 1, use: [30]), .init(daysBefore: 2, use: [50])])
        #expect(try method.result(order, DayRules(), use).baseline == Fraction(40))
        let excluded = DayRules(excluded: [friday - 1])
        #expect(try method.result(order, excluded, use).baseline == Fraction(50))
        let all = DayRules(excluded: [friday - 1, friday - 2])
        #expect(try method.result(order, all, use).hours.map(\.reason) == [.noReference])
    }
}
