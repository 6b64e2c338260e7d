import Contexts
import Contracts
import Market
import ResponseContext
import UserContext
import Workers
import WorkersTesting

/// Every row that this version has at any moment of a story in which all kinds of them come to be, and every message
/// that it sends.
final class TodaysRows {
    private(set) var rows: [String: Release.Row] = [:]
    private(set) var messages: [(topic: String, value: String)] = []
    private var harness: Harness?
    private let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8.span)

    private let request = Request(actor: "김 \"7\"", command: "c-1", idempotency: "a.b")

    init(seed: UInt64) throws {
        // Small steps: what is half done is seen too.
        let response = ResponseWorker(settings: ResponseSettings(stepRows: 3, answerTimeout: .seconds(600)))
        // Not in the middle of a quarter hour.
        let clock = Timestamp(milliseconds: 1_795_251_600_000)
        let harness = Harness(
            Contexts.workers(response, UserWorker(pointDays: 2)), partitions: 2, seed: seed, clock: clock,
            check: { [weak self] record in self?.note(record) })
        self.harness = harness
        try tell(harness)
    }

    private func note(_ record: Harness.Record) {
        messages.append((record.topic, record.value ?? ""))
        look()
    }

    /// Takes down what lies in all files now.
    private func look() {
        guard let harness else { return }
        for context in Context.all {
            for table in Tables.of(context.name) {
                for (key, value) in Self.rows(harness, context, table) {
                    let row = Release.Row(
                        context: context.name, table: table.name.description, key: key, value: value)
                    rows[row.context + row.table + row.key + row.value] = row
                }
            }
        }
    }

    private static func rows<T: Table>(_ harness: Harness, _ context: Context, _ table: T.Type) -> [String: String] {
        harness.rows(context, table)
    }

    private func tell(_ harness: Harness) throws {
        func go(_ seconds: Int64 = 0) throws {
            look()
            try harness.advance(by: .seconds(seconds))
            look()
        }
        func send(_ topic: Topic, _ key: String, _ value: String, type: String? = nil, traced: Bool = false) {
            harness.send(
                topic, key: key, value, type: type, trace: traced ? trace : nil, request: traced ? request : nil)
        }
        let start = harness.clock.milliseconds - 7_200_000
        for user in 1...9 {
            send(
                .userCommands, "u\(user)",
                #"{"eventType":"RegisterUser","id":"u\#(user)","name":"김 \"\#(user)\"","capacity":4000}"#)
        }
        try go()
        send(.userCommands, "u9", #"{"eventType":"UpdateUser","id":"u9","name":"Lee","capacity":5000}"#)
        for user in ["u1", "u2", "u3"] {
            for day in Int64(1)...14 {
                send(
                    .kepcoReadings, user,
                    #"{"eventType":"MeterReadings","userId":"\#(user)","startsAt":\#(start - day * 86_400_000),"wh":"#
                        + "[400,\(user == "u3" ? "null" : "401"),402,403,404,405,406,407,408]}")
            }
        }
        for (order, more) in [("dr-1", ""), ("dr-2", #","endsAt":\#(harness.clock.milliseconds + 60_000)"#)] {
            send(
                .drCommands, order,
                #"{"eventType":"StartDr","id":"\#(order)","name":"n","type":"t","startsAt":\#(start)\#(more)}"#,
                traced: order == "dr-1")
        }
        try go(1)
        for order in ["dr-1", "dr-2", "dr-9"] {
            send(.responseCommands, "u1", #"{"eventType":"Deny","id":"\#(order).u1","channel":"app"}"#)
            for user in ["u1", "u2", "u3"] {
                send(
                    .responseCommands, user, #"{"drId":"\#(order)","userId":"\#(user)","channel":"app"}"#,
                    type: "Accept", traced: user != "u2")
                try go()
            }
        }
        send(.responseCommands, "u77", #"{"eventType":"Accept","id":"dr-1.u77"}"#)
        send(
            .drEvents, "dr-8",
            #"{"eventType":"DrEnded","timestamp":1795251600000,"id":"dr-8","name":"n","type":"t","status":"ended","#
                + #""startsAt":\#(start),"endsAt":1795251600000,"reason":"over"}"#)
        send(
            .userEvents, "u50",
            #"{"eventType":"UserRegistered","timestamp":1000000000000,"id":"u50","name":"n","capacity":1,"point":0}"#)
        try go(1)
        send(
            .drCommands, "dr-2",
            #"{"eventType":"ChangeDr","id":"dr-2","endsAt":\#(harness.clock.milliseconds + 30_000)}"#)
        send(.drCommands, "dr-3", #"{"eventType":"StartDr","id":"dr-3","name":"n","type":"t"}"#)
        try tellOfMarkets({ send($0, $1, $2, type: $3, traced: $4) }, harness.clock.milliseconds)
        tellOfResources { send($0, $1, $2, traced: $3) }
        send(
            .drEvents, "dr-7",
            #"{"eventType":"DrChanged","timestamp":1795251600000,"id":"dr-7","name":"n","type":"t","status":"started","#
                + #""version":1,"startsAt":\#(start),"endsAt":1795251600000}"#)
        send(
            .drEvents, "dr-6",
            #"{"eventType":"DrCancelled","timestamp":1795251600000,"id":"dr-6","name":"n","type":"t","#
                + #""status":"cancelled","startsAt":\#(start),"cancelledAt":1795251600000,"reason":"r"}"#)
        try go(1)
        send(.drCommands, "dr-3", #"{"eventType":"CancelDr","id":"dr-3","reason":"withdrawn"}"#)
        try go(1)
        send(.drCommands, "dr-1", #"{"eventType":"EndDr","id":"dr-1","reason":"withdrawn"}"#, traced: true)
        try go(1)
        try go(60)
        for user in ["u1", "u2"] {
            send(
                .kepcoReadings, user,
                #"{"eventType":"MeterReadings","userId":"\#(user)","startsAt":\#(start),"wh":[1,1,1,1,1,1,1,1,1]}"#)
        }
        send(
            .kepcoReadings, "u3",
            #"{"eventType":"MeterReadings","userId":"u3","startsAt":\#(start),"wh":[900,900,900,900,900,900,900,900,900]}"#
        )
        try go(1)
        // Some leave before an order is announced, and one comes back.
        for user in ["u7", "u8"] { send(.userCommands, user, #"{"eventType":"LeaveUser","id":"\#(user)"}"#) }
        try go(1)
        send(.userCommands, "u7", #"{"eventType":"RegisterUser","id":"u7","name":"n","capacity":1}"#)
        send(.drCommands, "dr-4", #"{"eventType":"StartDr","id":"dr-4","name":"n","type":"t"}"#)
        // Of resources, counted among those of its kind.
        send(
            .drCommands, "dr-20",
            #"{"eventType":"StartDr","id":"dr-20","name":"n","type":"national","force":true,"test":true,"regions":["seoul"],"#
                + #""quantity":9}"#, traced: true)
        try go(1)
        send(
            .userEvents, "u2",
            #"{"eventType":"UserLeft","timestamp":1795251600000,"id":"u2","leftAt":"2026-11-21T09:00:00Z"}"#)
        try go(1)
        for id in 1...3 {
            send(.userCommands, "u1", #"{"eventType":"WithdrawPoint","id":"w-\#(id)","userId":"u1","amount":5}"#)
        }
        try go(1)
        tellOfPayments { send(.userCommands, "u1", $0, traced: true) }
        try go(1)
        // Corrections: fewer points, none any more, and those of a check that had no reference.
        for (user, wh) in [("u1", 2), ("u2", 900)] {
            send(
                .kepcoReadings, user,
                #"{"eventType":"MeterReading","userId":"\#(user)","startsAt":\#(start),"wh":\#(wh)}"#)
        }
        send(
            .kepcoHistory, "u3",
            #"{"eventType":"MeterReadings","userId":"u3","startsAt":\#(start - 86_400_000),"wh":[400,999]}"#)
        // A resource's load while an order runs, and its sum, which are said.
        send(
            .responseEvents, "u1",
            #"{"eventType":"AcceptChosen","timestamp":1795251600000,"id":"dr-31.u1","drId":"dr-31","userId":"u1","#
                + #""userName":"n","userCapacity":1,"resource":"s1","answer":"accept","startsAt":\#(start),"#
                + #""endsAt":\#(start + 1_800_000),"market":1,"kind":"national"}"#, traced: true)
        let before = start - 86_400_000
        send(
            .responseEvents, "u2",
            #"{"eventType":"Listsaved","timestamp":1795251600000,"id":"dr-30.u2","drId":"dr-30","userId":"u2","#
                + #""userName":"n","userCapacity":1,"resource":"s1","answer":"accept","startsAt":\#(before),"#
                + #""endsAt":\#(before + 1_800_000)}"#)
        try go()
        try go(3)
        try go(3)
        for _ in 0..<3 { try go(10) }
        try tellOfExpiry({ send(.kepcoEvents, "u4", $0) }, pass: go)
    }

    /// Points that expire, and a check that is corrected behind that: upwards, and downwards by more and by less.
    private func tellOfExpiry(_ send: (String) -> Void, pass: (Int64) throws -> Void) throws {
        func check(_ version: Int, _ points: Int) throws {
            let now = harness?.clock.milliseconds ?? 0
            send(
                #"{"eventType":"ReductionCheck","timestamp":\#(now),"id":"dr-40.u4","drId":"dr-40","userId":"u4","#
                    + #""userName":"n","responseId":"dr-40.u4","responseAnswer":"accept","baselineWh":100,"usedWh":10,"#
                    + #""reducedWh":90,"adjustPoint":\#(points),"isReal":true,"version":\#(version),"method":"m","days":[]}"#
            )
            try pass(1)
        }
        try check(1, 40)
        for _ in 0..<4 { try pass(86_400) }
        try check(2, 45)
        try check(3, 10)
        try check(4, 30)
    }

    /// A resource, of which something else is said, and who belongs to one from then on, and to none any more.
    private func tellOfResources(_ send: (Topic, String, String, Bool) -> Void) {
        let resource = #"{"eventType":"RegisterResource","id":"s1","kind":"national","capacity":"#
        send(
            .drCommands, "s1", resource + #"5,"region":"seoul","method":"Max(4/5)","price":0,"from":"2026-06-01"}"#,
            true)
        send(.drCommands, "s1", resource + #"6,"region":"seoul"}"#, false)
        send(.drCommands, "s2", resource + "5}", false)
        send(
            .userCommands, "u20", #"{"eventType":"RegisterUser","id":"u20","name":"n","capacity":1,"resource":"s1"}"#,
            false)
        for user in ["u4", "u5"] {
            send(.userCommands, user, #"{"eventType":"UpdateUser","id":"\#(user)","resource":"s1"}"#, false)
        }
        send(.userCommands, "u5", #"{"eventType":"UpdateUser","id":"u5","resource":""}"#, false)
    }

    /// A withdrawal that is paid, one that fails, and a change by hand.
    private func tellOfPayments(_ send: (String) -> Void) {
        send(#"{"eventType":"ConfirmWithdrawal","id":"w-1","userId":"u1","reference":"bank 1"}"#)
        send(#"{"eventType":"FailWithdrawal","id":"w-2","userId":"u1","reason":"no account"}"#)
        send(#"{"eventType":"AdjustPoint","id":"a","userId":"u1","amount":-3,"reason":"paid twice"}"#)
    }

    /// A market, an order that is counted, and one without an id.
    private func tellOfMarkets(
        _ send: (Topic, String, String, String?, Bool) -> Void, _ now: Int64
    ) throws {
        let text = String(decoding: Market.koreaText, as: UTF8.self)
            .replacing(#""version": 1"#, with: #""version": 2"#)
        send(.drCommands, "market", #"{"eventType":"SetMarket","market":\#(text)}"#, nil, true)
        send(
            .drCommands, "dr-4",
            #"{"eventType":"StartDr","id":"dr-4","name":"n","type":"national","force":true,"endsAt":\#(now + 60_000)}"#,
            nil, true)
        send(.drCommands, "dr", #"{"eventType":"StartDr","name":"n","type":"t","endsAt":\#(now + 60_000)}"#, nil, true)
    }
}
