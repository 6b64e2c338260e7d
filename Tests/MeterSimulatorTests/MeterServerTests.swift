import Baselines
import Contracts
import HTTPClient
import Meters
import Simulators
import Testing

@testable import MeterSimulator

/// The simulated utility over HTTP, asked and understood as the real one is.
@Suite(.timeLimit(.minutes(30))) struct MeterServerTests {
    private static let day = Day("2026-05-11")!
    private static let key = MeterKey(Array("geheim".utf8))!
    private let client = HTTPClient(connectLimit: .seconds(100), wholeLimit: .seconds(100))
    /// A day on which all of the tests' days are long over.
    private static let later = Timestamp("2026-06-30T00:00:00+09:00")!.milliseconds

    private func service(
        _ faults: String = "none", customers: Int = 100, from: String = "2026-05-01", days: Int = 1,
        now: Int64 = later, _ change: (inout MeterService.Settings) -> Void = { _ in }
    ) throws -> MeterService {
        var settings = MeterService.Settings()
        settings.faults = try #require(MeterFaults(faults))
        change(&settings)
        return MeterService(
            SimulatedMeters(seed: 7, customers: customers, consentFrom: try #require(Day(from)), consentDays: days),
            settings, now: { now })
    }

    /// What the adapter makes of the answer to a question.
    private func ask(
        _ port: UInt16, _ place: Int64, _ day: Day = day, key: MeterKey = key, client: HTTPClient? = nil
    ) throws -> MeterOutcome {
        let number = SimulatedMeters.base + place
        let question = MeterQuestion(customer: UserID(text: "u\(place)"), account: "\(number)", day: day)
        let adapter = KepcoAdapter(url: "http://127.0.0.1:\(port)\(MeterService.path)")
        let request = adapter.request(for: question)
        let answer = try (client ?? self.client).ask(HTTPCall(request.url, form: request.form(key)))
        let wait = answer.retryAfter.flatMap { Int64($0) }.map { Duration.seconds($0) }
        return adapter.outcome(
            of: MeterAnswer(status: answer.status, retryAfter: wait, body: answer.body), to: question)
    }

    @Test func `readings are those that anyone can calculate`() throws {
        let server = try SimulatorServer(service())
        let meters = SimulatedMeters(seed: 7, customers: 100, consentFrom: Day("2026-05-01")!)
        // One meter and low voltage, two meters, high voltage.
        for place in [1, 7, 10] as [Int64] {
            let account = try #require(meters.account(SimulatedMeters.base + place))
            let expected = (0..<96).map { meters.tenths(account, Self.day, $0) as Int64? }
            guard case .day(let day, let faults) = try ask(server.port, place) else {
                Issue.record("no readings of \(place)")
                continue
            }
            #expect(day.tenths == expected && faults.count == 0 && day.meters.count == account.meters)
        }
        // By hand, from what SimulatedMeters says of itself.
        #expect(meters.tenths(1_000_000_001, 0, Self.day, 0) == 1099)
        server.stop()
    }

    @Test func `of high voltage a day comes as it goes, of low voltage later and whole`() throws {
        let noon = Timestamp("2026-05-11T12:10:00+09:00")!.milliseconds
        let server = try SimulatorServer(service(now: noon))
        guard case .day(let day, _) = try ask(server.port, 10) else {
            Issue.record("no readings of today")
            return
        }
        #expect(day.count == 48 && day.tenths[47] != nil && day.tenths[48] == nil)
        // Two days late: that of the 8th has come, that of the 9th not yet.
        guard case .noDataYet = try ask(server.port, 1, Day("2026-05-09")!),
            case .day = try ask(server.port, 1, Day("2026-05-08")!)
        else {
            Issue.record("low voltage does not come two days later")
            return
        }
        server.stop()
    }

    @Test func `nothing before the consent, nothing of strangers, nothing without the key`() throws {
        let service = try service { $0.key = Self.key }
        let server = try SimulatorServer(service)
        guard case .noDataYet = try ask(server.port, 1, Day("2026-04-30")!),
            case .day = try ask(server.port, 1, Day("2026-05-01")!),
            case .refuse(_, of: .customer) = try ask(server.port, 101),
            case .refuse(_, of: .all) = try ask(server.port, 1, key: MeterKey(Array("another".utf8))!)
        else {
            Issue.record("it answers whoever asks")
            return
        }
        #expect(service.counts == ["before-consent": 1, "readings": 1, "no-service": 1, "key": 1])
        let counts = try client.get("http://127.0.0.1:\(server.port)/simulator/counts")
        #expect(String(decoding: counts.body, as: UTF8.self).contains(#""before-consent":1,"#))
        // A query is understood as a form is.
        let query = "custNo=1000000001&date=20260511&serviceKey=geheim&returnType=02"
        let answer = try client.get("http://127.0.0.1:\(server.port)/DrAPI/getDayLpData.do?\(query)")
        #expect(
            String(decoding: answer.body, as: UTF8.self).hasPrefix(#"{"dayLpDataInfoList":[{"custNo":"1000000001""#))
        server.stop()
    }

    @Test(arguments: [
        ("500", "retry"), ("503", "retry after 2"), ("cut", "retry"), ("html", "retry"), ("wrong", "day without 1"),
        ("duplicate", "day"),
    ]) func `each fault is what it is called`(_ fault: String, _ expected: String) throws {
        let service = try service("\(fault)=1000")
        let server = try SimulatorServer(service)
        let found =
            switch try ask(server.port, 1) {
            case .retry(_, let after): "retry" + (after.map { " after \($0.components.seconds)" } ?? "")
            case .day(let day, let faults): "day" + (faults.count > 0 ? " without \(96 - day.count)" : "")
            case .noDataYet: "no data"
            case .refuse: "refuse"
            }
        #expect(found == expected && service.counts == [fault: 1])
        server.stop()
    }

    @Test func `a slow answer comes late, and does not hold up others`() throws {
        let server = try SimulatorServer(
            service("slow=1000") { $0.slow = .milliseconds(1500) })
        let impatient = HTTPClient(
            connectLimit: .seconds(100), firstByteLimit: .milliseconds(300), wholeLimit: .seconds(100))
        #expect(throws: HTTPClientError.self) { try ask(server.port, 1, client: impatient) }
        guard case .day = try ask(server.port, 1) else {
            Issue.record("a slow answer is none")
            return
        }
        server.stop()
    }

    @Test func `faults are drawn anew for each attempt, and the same for the same seed`() throws {
        func outcomes() throws -> [String] {
            let server = try SimulatorServer(service("500=300,503=200"))
            let outcomes = try (0..<40).map { _ in
                if case .day = try ask(server.port, 1) { "day" } else { "fault" }
            }
            server.stop()
            return outcomes
        }
        let first = try outcomes()
        #expect(try outcomes() == first && first.contains("day") && first.contains("fault"))
    }

    @Test func `what is corrected and what is missing is right later`() throws {
        for fault in ["corrected", "gaps"] {
            let early = try service("\(fault)=1000", now: Timestamp("2026-05-13T08:00:00+09:00")!.milliseconds)
            let late = try service("\(fault)=1000")
            var days: [MeterDay] = []
            for service in [early, late] {
                let server = try SimulatorServer(service)
                if case .day(let day, _) = try ask(server.port, 2) { days.append(day) }
                server.stop()
            }
            try #require(days.count == 2)
            let different = (0..<96).filter { days[0].tenths[$0] != days[1].tenths[$0] }
            #expect((1...4).contains(different.count) && days[1].isWhole)
            #expect(different.allSatisfy { (days[0].tenths[$0] == nil) == (fault == "gaps") })
        }
    }

    @Test func `beyond its pace it asks to wait`() throws {
        let server = try SimulatorServer(service { $0.pace = 3 })
        let outcomes = try (0..<30).map { _ in try ask(server.port, 1) }
        #expect(outcomes.contains(.retry("HTTP 429", after: .seconds(2))))
        server.stop()
    }

    @Test func `consents are spread, and customers may be named`() throws {
        let meters = SimulatedMeters(seed: 1, customers: 1000, consentFrom: Day("2026-01-01")!, consentDays: 30)
        let days = Set((1...1000).compactMap { meters.account(SimulatedMeters.base + $0)?.consent })
        #expect(days.count == 30 && days.min() == Day("2026-01-01"))
        #expect(meters.account(SimulatedMeters.base) == nil && meters.account(SimulatedMeters.base + 1001) == nil)
        let one = SimulatedMeters(
            seed: 1, accounts: [SimulatedAccount(number: 5, consent: Self.day, daysLate: 0, meters: 3)])
        #expect(one.account(5)?.meters == 3 && one.account(1_000_000_001) == nil)
    }
}
