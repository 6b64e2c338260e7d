import Contracts
import JSON
import WorkersTesting

@testable import NotifyContext

/// Records as others send them, and receivers that answer. The clock begins at 2026-11-21 18:00 in Korea.
enum Sample {
    static func contact(
        _ user: String, _ channels: [String] = ["push", "sms"], quiet: String? = nil, address: String = "a-1"
    ) -> String {
        let list = channels.map { #"{"channel":"\#($0)","address":"\#(address)-\#($0)"}"# }.joined(separator: ",")
        let hours = quiet.map { #","quietHours":{"from":"\#($0.prefix(5))","to":"\#($0.suffix(5))"}"# } ?? ""
        return #"{"eventType":"SetContact","userId":"\#(user)","channels":[\#(list)],"language":"en"\#(hours)}"#
    }

    static func list(
        _ type: String, _ user: String, _ order: String = "dr-1", at time: Timestamp,
        from startsAt: Timestamp, to endsAt: Timestamp?, answer: String = "ignore"
    ) -> String {
        let end = endsAt.map { #","endsAt":"\#($0)""# } ?? ""
        return
            #"{"eventType":"\#(type)","timestamp":\#(time.milliseconds),"id":"\#(order).\#(user)","drId":"\#(order)","#
            + #""userId":"\#(user)","userName":"Kim","userCapacity":3000,"answer":"\#(answer)","reason":"KPX","#
            + #""startsAt":"\#(startsAt)"\#(end)}"#
    }
}

extension Harness {
    func command(_ user: String, _ value: String) throws {
        send(.notifyCommands, key: user, value)
        try run()
    }

    /// An event of an order, which begins and ends so much later.
    func list(
        _ type: String, _ user: String, _ order: String = "dr-1", from: Duration = .seconds(3600),
        to: Duration? = .seconds(7200), answer: String = "ignore"
    ) throws {
        let value = Sample.list(
            type, user, order, at: clock, from: clock + from, to: to.map { clock + $0 }, answer: answer)
        send(.responseEvents, key: user, value, type: type)
        try run()
    }

    func leave(_ user: String, at leftAt: Timestamp) throws {
        send(
            .userEvents, key: user,
            #"{"eventType":"UserLeft","timestamp":\#(clock.milliseconds),"id":"\#(user)","leftAt":"\#(leftAt)"}"#)
        try run()
    }

    func remove(_ user: String) throws {
        try command(user, #"{"eventType":"RemoveContact","userId":"\#(user)"}"#)
    }

    /// A customer's notice of an order, as its row has it.
    func notice(_ user: String, _ order: String = "dr-1") -> String? {
        rows(.notify, Notices.self)["\(user)/order/\(order)"]
    }

    /// What is due is handed over.
    func beat() throws { try advance(by: .milliseconds(100)) }

    /// What waits, and what is on its way.
    var sendings: [String] { rows(.notify, Sendings.self).keys.filter { !$0.hasPrefix("beat/") } }

    /// The notices that are on their way, oldest first; nobody else gets them.
    func takeCalls() -> [NoticeCall] {
        defer { calls = [] }
        return calls.compactMap { $0 as? NoticeCall }
    }

    /// Answers a call, and does what follows.
    func answer(_ call: NoticeCall, _ outcome: NoticeAnswered.Outcome) throws {
        var json = JSONWriter()
        json.message(NoticeAnswered(call.key, attempt: call.attempt, outcome: outcome), at: clock)
        let value = unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        send(.notifyInternal, key: call.key.user.text, value, type: "NoticeAnswered")
        try run()
    }

    func confirm(_ key: NoticeKey, _ state: String) throws {
        try command(key.user.text, #"{"eventType":"ConfirmNotice","key":"\#(key)","state":"\#(state)"}"#)
    }

    /// The types of notify's events, in no order.
    var said: [String] {
        values(.notifyEvents).compactMap { $0.split(separator: "\"").dropFirst(3).first.map(String.init) }.sorted()
    }
}
