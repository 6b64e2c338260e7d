import Contracts
import JSON
import WorkersTesting

/// Records as others send them.
enum Sample {
    static func register(_ user: String) -> String {
        #"{"eventType":"RegisterUser","id":"\#(user)","name":"K","capacity":3000}"#
    }

    static func withdraw(_ user: String, _ id: String, _ amount: Int) -> String {
        #"{"eventType":"WithdrawPoint","id":"\#(id)","userId":"\#(user)","amount":\#(amount)}"#
    }

    static func confirm(_ user: String, _ id: String, _ reference: String? = nil) -> String {
        let reference = reference.map { #","reference":"\#($0)""# } ?? ""
        return #"{"eventType":"ConfirmWithdrawal","userId":"\#(user)","id":"\#(id)"\#(reference)}"#
    }

    static func fail(_ user: String, _ id: String, _ reason: String = "no account") -> String {
        #"{"eventType":"FailWithdrawal","userId":"\#(user)","id":"\#(id)","reason":"\#(reason)"}"#
    }

    static func adjust(_ user: String, _ id: String, _ amount: Int64, isForced: Bool = false) -> String {
        let force = isForced ? #","force":true"# : ""
        return #"{"eventType":"AdjustPoint","id":"\#(id)","userId":"\#(user)","amount":\#(amount),"#
            + #""reason":"by hand"\#(force)}"#
    }

    /// With everything that kepco says, at 2026-11-21T12:00:00Z.
    static func check(
        _ user: String, _ order: String, points: Int64, isReal: Bool = true, reducedWh: Int64? = nil,
        answer: Answer = .accept, version: Int64 = 1
    ) -> String {
        let check = ReductionCheck(
            response: ResponseID(OrderID(text: order), UserID(text: user)), userName: "K", answer: answer,
            baselineWh: points + 100, usedWh: 100, reducedWh: reducedWh ?? points, adjustPoint: points, isReal: isReal,
            version: version, reason: isReal ? nil : "too little", method: "mean", days: ["2026-11-20"],
            quarterBaselineMilliWh: [nil, 1], quarterUsedMilliWh: [0, 25_500])
        var json = JSONWriter()
        json.message(check, at: Timestamp(milliseconds: 1_795_262_400_000))
        return unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension Harness {
    /// Registers a customer, and does what follows.
    func register(_ user: String) throws {
        send(.userCommands, key: user, Sample.register(user))
        try run()
    }

    /// Gives a command to a customer's partition, and does what follows.
    func command(_ user: String, _ value: String, at time: Timestamp? = nil) throws {
        send(.userCommands, key: user, value, at: time)
        try run()
    }

    /// Says a check, and does what follows. One without points is not real.
    func check(_ user: String, _ order: String, _ points: Int64, version: Int64 = 1) throws {
        send(
            .kepcoEvents, key: user,
            Sample.check(user, order, points: points, isReal: points > 0, version: version))
        try run()
    }
}
