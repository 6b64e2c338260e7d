import Baselines
import Contracts
import JSON
import WorkersTesting

@testable import FeedContext

/// Records as others send them, and a utility that answers. The clock begins at 2026-11-21 18:00 in Korea.
enum Sample {
    static let today = Day("2026-11-21") ?? Day(number: 0)

    static func register(
        _ user: String, from consent: String = "2026-11-20", at time: String = "00:00:00",
        number: String = "0123456789"
    ) -> String {
        #"{"eventType":"RegisterMeter","userId":"\#(user)","customerNumber":"\#(number)","#
            + #""consentFrom":"\#(consent)T\#(time)+09:00"}"#
    }

    static func revoke(_ user: String) -> String { #"{"eventType":"RevokeMeter","userId":"\#(user)"}"# }

    /// A day on which each quarter hour has so many Wh; of some there is nothing yet.
    static func day(wh: Int64, missing: Range<Int> = 0..<0) -> [Int64?] {
        (0..<96).map { missing.contains($0) ? nil : wh * 10 }
    }
}

extension Harness {
    func command(_ user: String, _ value: String) throws {
        send(.feedCommands, key: user, value)
        try run()
    }

    /// The calls that are on their way, oldest first; nobody else gets them.
    func takeCalls() -> [MeterCall] {
        defer { calls = [] }
        return calls.compactMap { $0 as? MeterCall }
    }

    /// Answers a call, and does what follows.
    func answer(_ call: MeterCall, _ outcome: MeterAnswered.Outcome, _ tenths: [Int64?] = []) throws {
        let answer = MeterAnswered(user: call.user, attempt: call.attempt, outcome: outcome, tenths: tenths)
        var json = JSONWriter()
        json.message(answer, at: clock)
        let value = unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        send(.feedInternal, key: call.user.text, value)
        try run()
    }
}
