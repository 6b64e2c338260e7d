import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

@Suite struct UserWorkerTests {
    private func harness(_ seed: UInt64 = 1) -> Harness {
        Harness([UserWorker()], partitions: 4, seed: seed, check: keepsItsContract)
    }

    private func register(_ harness: Harness, _ user: String = "kim") throws {
        harness.send(.userCommands, key: user, Sample.register(user))
        try harness.run()
    }

    @Test func `a customer is registered once`() throws {
        let harness = harness()
        try register(harness)
        try register(harness)
        #expect(
            harness.values(.userEvents) == [
                #"{"eventType":"UserRegistered","timestamp":1795251600000,"id":"kim","name":"K","capacity":3000,"point":0}"#
            ])
        #expect(
            harness.deadLetters.map(\.rejection) == [
                .conflict(
                    "customer kim is already registered: UpdateUser changes the name, the capacity and the resource")
            ])
    }

    @Test func `an update says how the customer is now, points and all`() throws {
        let harness = harness()
        try register(harness)
        harness.send(.kepcoEvents, key: "kim", Sample.check("kim", "dr-1", points: 12))
        try harness.run()
        harness.send(.userCommands, key: "kim", #"{"eventType":"UpdateUser","id":"kim","capacity":5}"#)
        harness.send(.userCommands, key: "kim", #"{"eventType":"UpdateUser","id":"kim"}"#)
        try harness.run()
        #expect(
            harness.values(.userEvents, UserUpdated.type) == [
                #"{"eventType":"UserUpdated","timestamp":1795251600000,"id":"kim","name":"K","capacity":5,"point":12}"#
            ])
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused])
    }

    @Test func `a real reduction is paid once, with a row and an event that explain it`() throws {
        let harness = harness()
        try register(harness)
        harness.send(.kepcoEvents, key: "kim", Sample.check("kim", "dr-1", points: 12), partition: 0)
        harness.send(.kepcoEvents, key: "kim", Sample.check("kim", "dr-1", points: 50), partition: 0)
        try harness.run()
        #expect(
            harness.values(.userEvents, PointChanged.type) == [
                #"{"eventType":"PointChanged","timestamp":1795262400000,"id":"kim","name":"K","change":12,"point":12,"#
                    + #""reason":"reduced during the order","drId":"dr-1"}"#
            ])
        let home = Partitioner.partition(of: "kim", among: 4)
        let source = home == 0 ? "kepco.events-0-0" : "user.commands-\(home)-1"
        #expect(
            harness.rows(.user, Ledger.self) == [
                "dr/dr-1/kim": #"{"sequence":1,"change":12,"point":12,"reason":"reduced during the order","#
                    + #""drId":"dr-1","time":"2026-11-21T12:00:00Z","source":"\#(source)"}"#
            ])
        #expect(
            harness.rows(.user, Users.self) == [
                "kim": #"{"id":"kim","name":"K","capacity":3000,"point":12,"entries":1,"#
                    + #""orderBits":17179869184,"registeredAt":"2026-11-21T09:00:00Z"}"#
            ])
        let letter = try #require(harness.deadLetters.first)
        #expect(letter.rejection.kind == .conflict && letter.rejection.reason.contains("already got 12 points"))
        #expect(harness.deadLetters.count == 1)
    }

    /// Little that was really reduced may bring no point.
    @Test(
        arguments: [
            (false, 0, 0, .accept), (false, 0, -7, .accept), (true, 0, 3, .accept), (false, 0, -7, .deny),
            (false, 0, 0, .ignore),
        ] as [(Bool, Int64, Int64, Answer)])
    func `what was not reduced changes nothing`(isReal: Bool, points: Int64, reduced: Int64, answer: Answer) throws {
        let harness = harness()
        try register(harness)
        let check = Sample.check("kim", "dr-1", points: points, isReal: isReal, reducedWh: reduced, answer: answer)
        harness.send(.kepcoEvents, key: "kim", check)
        try harness.run()
        #expect(harness.values(.userEvents).count == 1 && harness.deadLetters.isEmpty)
        #expect(harness.rows(.user, Ledger.self).isEmpty)
    }

    @Test(
        arguments: [
            (true, 12, 12, .deny, "the reduction is real, but the answer was deny"),
            (true, 12, 12, .ignore, "the reduction is real, but the answer was ignore"),
            (true, 12, 0, .accept, "the reduction is real, but 0 Wh were reduced"),
            (true, 12, -7, .accept, "the reduction is real, but -7 Wh were reduced"),
            (true, -7, 7, .accept, "the reduction is real, but pays -7 points"),
            (false, 12, 0, .accept, "the reduction is not real, but pays 12 points"),
            (false, -7, 0, .accept, "the reduction is not real, but pays -7 points"),
            (false, 0, 12, .accept, "the reduction is not real, but 12 Wh were reduced"),
        ] as [(Bool, Int64, Int64, Answer, String)])
    func `a check that contradicts itself pays nothing and is refused`(
        isReal: Bool, points: Int64, reduced: Int64, answer: Answer, contradiction: String
    ) throws {
        let harness = harness()
        try register(harness)
        let check = Sample.check("kim", "dr-1", points: points, isReal: isReal, reducedWh: reduced, answer: answer)
        harness.send(.kepcoEvents, key: "kim", check)
        try harness.run()
        #expect(harness.values(.userEvents).count == 1)
        #expect(
            harness.deadLetters.map(\.rejection) == [
                .refused("the check of response dr-1.kim contradicts itself: \(contradiction)")
            ])
        #expect(harness.rows(.user, Ledger.self).isEmpty)
    }

    @Test func `withdrawals are made once and never beyond the balance`() throws {
        let harness = harness()
        try register(harness)
        harness.send(.kepcoEvents, key: "kim", Sample.check("kim", "dr-1", points: 12))
        try harness.run()
        for (id, amount) in [("w-1", 12), ("w-2", 1), ("w-1", 12)] {
            harness.send(.userCommands, key: "kim", Sample.withdraw("kim", id, amount))
            try harness.run()
        }
        #expect(
            harness.values(.userEvents, PointWithdrawn.type) == [
                #"{"eventType":"PointWithdrawn","timestamp":1795251600000,"id":"kim","name":"K","amount":12,"point":0,"#
                    + #""withdrawalId":"w-1","status":"requested"}"#
            ])
        #expect(
            harness.rows(.user, Ledger.self)["withdrawal/kim/w-1"]?.contains(#""sequence":2,"change":-12,"point":0,"#)
                == true)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused, .conflict])
        #expect(
            harness.deadLetters[0].rejection.reason
                == "withdrawal w-2 of 1 points exceeds the balance of customer kim: 0")
    }

    @Test(arguments: [
        #"{"eventType":"UpdateUser","id":"lee","name":"L"}"#, Sample.withdraw("lee", "w-1", 1),
        Sample.check("lee", "dr-1", points: 1),
    ])
    func `an unknown customer is named`(value: String) throws {
        let harness = harness()
        harness.send(value.contains("ReductionCheck") ? .kepcoEvents : .userCommands, key: "lee", value)
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection) == [.notFound("there is no customer lee")])
    }

    @Test(arguments: [
        (#"{"eventType":"RegisterUser","id":"a/b","name":"K","capacity":1}"#, "\"id\""),
        (#"{"eventType":"RegisterUser","id":"a","name":"","capacity":1}"#, "\"name\""),
        (#"{"eventType":"RegisterUser","id":"a","name":"K","capacity":-1}"#, "\"capacity\""),
        (#"{"eventType":"RegisterUser","id":"a","name":"K","capacity":1e99}"#, "\"capacity\""),
        (#"{"eventType":"WithdrawPoint","id":"w","userId":"a","amount":0}"#, "\"amount\""),
        (#"{"eventType":"WithdrawPoint","id":"w","userId":"a","amount":1.5}"#, "\"amount\""),
        (#"{"eventType":"WithdrawPoint","userId":"a","amount":1}"#, "\"id\""),
        (
            #"{"eventType":"ReductionCheck","drId":"d","userId":"a","responseAnswer":"accept","reducedWh":1,"#
                + #""adjustPoint":1000000000001,"isReal":true}"#,
            "adjust"
        ),
        (
            #"{"eventType":"ReductionCheck","drId":"d","userId":"a","responseAnswer":"accept","reducedWh":1,"#
                + #""adjustPoint":1,"isReal":"true"}"#, "\"isReal\""
        ),
        (
            #"{"eventType":"ReductionCheck","drId":"d","userId":"a","reducedWh":1,"adjustPoint":1,"isReal":true}"#,
            "\"responseAnswer\""
        ),
        (#"{"eventType":"AddPoint","id":"a"}"#, "RegisterUser, UpdateUser, WithdrawPoint"),
    ])
    func `a wrong field is named`(value: String, name: String) throws {
        let harness = harness()
        harness.send(value.contains("ReductionCheck") ? .kepcoEvents : .userCommands, key: "a", value)
        try harness.run()
        let reason = try #require(harness.deadLetters.first).rejection.reason
        #expect(reason.contains(name) && harness.values(.userEvents).isEmpty, "\(reason)")
    }

    @Test(arguments: 0..<4 as Range<Int32>)
    func `whatever partition a record lies in, it reaches its customer`(partition: Int32) throws {
        let harness = harness()
        let records: [(Topic, String)] = [
            (.userCommands, Sample.register("7")),
            (.userCommands, #"{"eventType":"UpdateUser","id":7,"name":"L"}"#),
            (.kepcoEvents, Sample.check("7", "dr-1", points: 12)),
            (.userCommands, #"{"eventType":"WithdrawPoint","id":1,"userId":7,"amount":5}"#),
        ]
        for (topic, value) in records {
            harness.send(topic, key: nil, value, partition: partition)
            try harness.run()
        }
        #expect(harness.deadLetters.isEmpty)
        #expect(
            harness.rows(.user, Users.self) == [
                "7": #"{"id":"7","name":"L","capacity":3000,"point":7,"entries":2,"#
                    + #""orderBits":17179869184,"openWithdrawals":1,"registeredAt":"2026-11-21T09:00:00Z"}"#
            ])
        let home = Int(Partitioner.partition(of: "7", among: 4))
        #expect(harness.topics["user.events"]?.map(\.count) == (0..<4).map { $0 == home ? 4 : 0 })
    }

    @Test func `what kepco says beside its checks is passed over`() throws {
        let harness = harness()
        harness.send(.kepcoEvents, key: "kim", #"{"eventType":"Something","userId":"kim"}"#)
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
    }
}
