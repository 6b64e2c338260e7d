import Baselines
import Calls
package import HTTP
package import Meters
package import Simulators
import Synchronization
import Time

/// What the simulated utility answers. Any thread.
///
/// It is KEPCO's service of a day's readings as its public clients use it: form or query, status 200 for errors too, an
/// empty text for what is not there yet.
package final class MeterService: SimulatorService {
    package static let path = "/OpenAPI/getDayLpData.do"
    package static var routes: [(method: String, path: String)] {
        [path, "/DrAPI/getDayLpData.do"].flatMap { [("GET", $0), ("POST", $0)] }
    }

    package struct Settings: Sendable {
        package var faults = MeterFaults()
        /// How late a slow answer is.
        package var slow = Duration.seconds(15)
        /// What `Retry-After` says.
        package var retrySeconds = 2
        /// Requests a second; beyond that 429. 0 is no limit.
        package var pace = 0
        /// Of whoever may ask; nil for anybody with a key.
        package var key: MeterKey?

        package init() {}
    }

    /// Attempts are counted of so many days at a time.
    private static let attempts = 1_000_000
    private static let dayMilliseconds: Int64 = 86_400_000
    private static let utcOffset: Int64 = 32_400_000

    private struct Attempted: Hashable {
        let account: Int64
        let day: Int64
    }

    private struct State {
        var bucket = TokenBucket()
        var attempts: [Attempted: Int] = [:]
        var counts: [String: Int] = [:]
    }

    private let meters: SimulatedMeters
    private let settings: Settings
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: ms since 1970.
    package init(
        _ meters: SimulatedMeters, _ settings: Settings = Settings(),
        now: @escaping @Sendable () -> Int64 = { SystemClock.milliseconds }
    ) { (self.meters, self.settings, self.now) = (meters, settings, now) }

    /// How many requests came to what: `readings`, `no-data`, each fault by its name, `before-consent` and so on.
    package var counts: [String: Int] { state.withLock { $0.counts } }

    package var reports: [String: @Sendable () -> HTTPResponse] { ["/simulator/counts": { [self] in report }] }

    private var report: HTTPResponse {
        let counts = counts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return HTTPResponse(contentType: "application/json", "{\(counts.joined(separator: ","))}\n")
    }

    /// A request for a day.
    package func reply(to request: HTTPRequest) -> SimulatorReply {
        let words = request.method == "POST" ? Self.form(request.body) : request.query
        func word(_ name: String) -> String { words.first { $0.name == name }?.value ?? "" }
        if let refused = paced() { return refused }
        let key = word("serviceKey")
        guard settings.key.map({ $0.matches(key) }) ?? !key.isEmpty else {
            return say("key", #"{"header":{"resultCode":"30","resultMsg":"SERVICE KEY IS NOT REGISTERED ERROR."}}"#)
        }
        guard word("returnType") == "02" else {
            return say("return-type", "<?xml version=\"1.0\"?><error>returnType</error>", type: "text/xml")
        }
        guard let number = Int64(word("custNo")), let account = meters.account(number) else {
            return error("no-service", "openapi-4001", "서비스가 신청되지 않은 고객번호입니다.")
        }
        guard let day = Self.day(word("date")) else {
            return error("no-date", "openapi-2001", "조회일자가 올바르지 않습니다.")
        }
        return reply(account, day)
    }

    private func reply(_ account: SimulatedAccount, _ day: Day) -> SimulatorReply {
        guard day >= account.consent else {
            return error("before-consent", "openapi-9001", "조회된 데이터가 없습니다.")
        }
        guard let body = body(account, day, isDoubled: false) else {
            return error("no-data", "openapi-9001", "조회된 데이터가 없습니다.")
        }
        let attempt = attempt(Attempted(account: account.number, day: day.number))
        guard let fault = settings.faults.kind(meters.draw(account.number, day, attempt: attempt)) else {
            return say("readings", body)
        }
        let name = fault.rawValue
        switch fault {
        case .slow: return say(name, body).late(by: settings.slow)
        case .error500: return say(name, "Internal Server Error", type: "text/plain", status: 500)
        case .busy503: return busy(name)
        case .cut: return say(name, body).cut
        case .html: return say(name, "<!DOCTYPE html><html><body>점검 중입니다.</body></html>", type: "text/html")
        case .wrong: return say(name, self.body(account, day, isDoubled: false, wrong: attempt) ?? body)
        case .duplicate: return say(name, self.body(account, day, isDoubled: true) ?? body)
        }
    }

    // MARK: Bodies

    /// nil where there is nothing of the day yet.
    private func body(_ account: SimulatedAccount, _ day: Day, isDoubled: Bool, wrong: Int? = nil) -> String? {
        let time = now() + Self.utcOffset
        let begin = day.number * Self.dayMilliseconds
        // Of high voltage each quarter hour is there when it is over, of low voltage the day as a whole.
        let there =
            account.daysLate == 0
            ? (time - begin) / 900_000 : time >= begin + (account.daysLate + 1) * Self.dayMilliseconds ? 96 : 0
        guard there > 0 else { return nil }
        let isSettled = time >= begin + (account.daysLate + 2) * Self.dayMilliseconds
        var entries: [String] = []
        for meter in 0..<account.meters {
            var entry =
                #"{"custNo":"\#(account.number)","meterNo":"\#(SimulatedMeters.meterNumber(account.number, meter))","#
            entry += #""mr_ymd":"\#(Self.digits(day))","multi_meter_yn":"\#(account.meters > 1 ? "Y" : "N")""#
            for quarter in 0..<96 {
                let value = quarter < there ? value(account, meter, day, quarter, isSettled: isSettled) : nil
                // As text, or as a number.
                var text = value.map { Self.kWh($0) }.map { meter.isMultiple(of: 2) ? $0 : "\"\($0)\"" } ?? "\"\""
                if let wrong, quarter == 40 { text = ["-0.5", "\"N/A\"", "99999999.9"][wrong % 3] }
                entry += ",\"\(Self.name(quarter))\":\(text)"
            }
            entries.append(entry + "}")
        }
        if isDoubled, let first = entries.first { entries.append(first) }
        return #"{"dayLpDataInfoList":[\#(entries.joined(separator: ","))]}"#
    }

    /// Tenths of a Wh as they are known now; nil for what comes later.
    private func value(
        _ account: SimulatedAccount, _ meter: Int, _ day: Day, _ quarter: Int, isSettled: Bool
    ) -> Int64? {
        let value = meters.tenths(account.number, meter, day, quarter)
        guard !isSettled else { return value }
        let (gapDraw, gaps) = meters.odd(account, day, 1)
        if settings.faults.has(.gaps, gapDraw), gaps.contains(quarter) { return nil }
        let (draw, corrected) = meters.odd(account, day, 2)
        return settings.faults.has(.corrected, draw) && corrected.contains(quarter) ? value * 3 / 2 : value
    }

    /// pwr_qty0015 for the first quarter hour.
    private static func name(_ quarter: Int) -> String {
        let minutes = (quarter + 1) * 15
        let digits = "\(minutes / 60 * 100 + minutes % 60)"
        return "pwr_qty" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// With four decimals.
    private static func kWh(_ tenths: Int64) -> String {
        let rest = "\(tenths % 10_000)"
        return "\(tenths / 10_000)." + String(repeating: "0", count: 4 - rest.count) + rest
    }

    private static func digits(_ day: Day) -> String { day.description.filter { $0 != "-" } }

    private static func day(_ digits: String) -> Day? {
        guard digits.utf8.count == 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Day("\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))")
    }

    // MARK: Answers

    private func paced() -> SimulatorReply? {
        guard settings.pace > 0 else { return nil }
        let limit = RateLimit(perSecond: settings.pace, burst: settings.pace)
        let isWithin = state.withLock { $0.bucket.take(limit, at: .now).isWithin }
        return isWithin ? nil : busy("429", 429)
    }

    private func busy(_ name: String, _ status: Int = 503) -> SimulatorReply {
        count(name)
        return .busy(status, seconds: settings.retrySeconds)
    }

    private func error(_ name: String, _ code: String, _ message: String) -> SimulatorReply {
        say(name, #"{"dayLpDataInfoList":[{"returnCode":"\#(code)","errMsg":"\#(message)"}]}"#)
    }

    private func say(
        _ name: String, _ body: String, type: String = "application/json; charset=utf-8", status: Int = 200
    ) -> SimulatorReply {
        count(name)
        return SimulatorReply(body, type: type, status: status)
    }

    private func count(_ name: String) { state.withLock { $0.counts[name, default: 0] += 1 } }

    /// How often this day has been asked for before.
    private func attempt(_ attempted: Attempted) -> Int {
        state.withLock { state in
            if state.attempts.count >= Self.attempts { state.attempts.removeAll() }
            defer { state.attempts[attempted, default: 0] += 1 }
            return state.attempts[attempted] ?? 0
        }
    }

    /// A form is written as a query is.
    private static func form(_ body: [UInt8]) -> [(name: String, value: String)] {
        HTTPRequest(target: "/?" + String(decoding: body, as: UTF8.self)).query
    }
}
