import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Customers leave, and come back. Times are minutes behind 2026-11-21T09:00:00Z.
@Suite struct LeavingTests {
    private static let start: Int64 = 1_795_251_600_000

    private static func time(_ minutes: Int64) -> Timestamp { Timestamp(milliseconds: start + minutes * 60_000) }

    private static func command(_ type: String, _ more: String = "") -> String {
        #"{"eventType":"\#(type)","id":"kim"\#(more)}"#
    }

    private static let register = command("RegisterUser", #","name":"K","capacity":3000"#)
    private static let again = command("RegisterUser", #","name":"L","capacity":7"#)
    private static let update = command("UpdateUser", #","capacity":5"#)
    private static let leave = command("LeaveUser")
    private static let leaveWhy = command("DeleteUser", #","reason":"moves""#)

    private func harness(_ told: [(String, at: Int64)]) throws -> Harness {
        let harness = Harness(
            [UserWorker()], partitions: 4, seed: 1, clock: Self.time(60), check: keepsItsContract)
        for (value, minutes) in told {
            harness.send(.userCommands, key: "kim", value, at: Self.time(minutes))
        }
        try harness.run()
        return harness
    }

    /// What became of the commands: the last events, and why something was refused.
    @Test(
        arguments: [
            ([(register, 0), (leave, 5)], "UserRegistered 0, UserLeft 5", []),
            ([(register, 0), (leaveWhy, 5)], "UserRegistered 0, UserLeft 5 moves", []),
            (
                [(register, 0), (leave, 5), (leave, 6)], "UserRegistered 0, UserLeft 5",
                ["conflict: customer kim already left, at \(time(5))"]
            ),
            ([(leave, 5)], "", ["not-found: there is no customer kim"]),
            (
                [(register, 0), (leave, 5), (update, 6)], "UserRegistered 0, UserLeft 5",
                ["refused: customer kim left at \(time(5)): RegisterUser takes the customer in again"]
            ),
            // Of one moment the later one holds.
            ([(register, 5), (leave, 5), (again, 5)], "UserRegistered 5, UserLeft 5, UserRegistered 5", []),
            ([(register, 0), (leave, 5), (again, 9)], "UserRegistered 0, UserLeft 5, UserRegistered 9", []),
            (
                [(register, 0), (leave, 5), (again, 9), (again, 9)],
                "UserRegistered 0, UserLeft 5, UserRegistered 9",
                [
                    "conflict: customer kim is already registered: UpdateUser changes the name, the capacity and the resource"
                ]
            ),
            (
                [(register, 0), (leave, 5), (again, 9), (leave, 9)],
                "UserRegistered 0, UserLeft 5, UserRegistered 9, UserLeft 9", []
            ),
            // Read late: an older command does not undo a newer one.
            (
                [(register, 0), (leave, 5), (again, 4)], "UserRegistered 0, UserLeft 5",
                [
                    "late: customer kim left at \(time(5)), after this registration of \(time(4)): RegisterUser sent now "
                        + "takes the customer in again"
                ]
            ),
            (
                [(register, 5), (leave, 4)], "UserRegistered 5",
                [
                    "late: customer kim was registered at \(time(5)), after this leave of \(time(4)): LeaveUser sent now "
                        + "takes the customer off"
                ]
            ),
            // A change does not keep him.
            ([(register, 0), (update, 7), (leave, 5)], "UserRegistered 0, UserUpdated 7, UserLeft 7", []),
            ([(register, 5), (update, 3), (leave, 6)], "UserRegistered 5, UserUpdated 5, UserLeft 6", []),
        ] as [([(String, Int64)], String, [String])])
    func `who leaves has left once, until he is registered again`(
        told: [(String, Int64)], said: String, refused: [String]
    ) throws {
        let harness = try harness(told.map { ($0.0, at: $0.1) })
        let events = try harness.values(.userEvents).map(Self.text).joined(separator: ", ")
        #expect(events == said)
        #expect(harness.deadLetters.map { "\($0.rejection)" } == refused)
    }

    /// Type and time: the one that it names, if it does; of a leaving the reason.
    private static func text(_ value: String) throws -> String {
        var text = ""
        var reader = JSONReader()
        let bytes = Array(value.utf8)
        try reader.read(bytes.span) { fields in
            let type: String = try fields.required("eventType")
            let since: Timestamp? = try fields.optional("leftAt") ?? fields.optional("updatedAt")
            let at: Timestamp = try since ?? fields.required("timestamp")
            let reason: String? = try fields.optional("reason")
            text = "\(type) \((at.milliseconds - start) / 60_000)" + (reason.map { " \($0)" } ?? "")
        }
        return text
    }

    @Test func `points are paid and withdrawn behind it, and stay when he comes back`() throws {
        let harness = try harness([(Self.register, at: 0), (Self.leave, at: 0)])
        harness.send(.kepcoEvents, key: "kim", Sample.check("kim", "dr-1", points: 12))
        try harness.run()
        harness.send(.userCommands, key: "kim", Sample.withdraw("kim", "w-1", 5), at: Self.time(1))
        harness.send(.userCommands, key: "kim", Self.again, at: Self.time(2))
        harness.send(.userCommands, key: "kim", Sample.withdraw("kim", "w-1", 5), at: Self.time(3))
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        #expect(
            harness.values(.userEvents, UserRegistered.type).last?.hasSuffix(
                #""id":"kim","name":"L","capacity":7,"point":7}"#) == true)
        #expect(
            harness.rows(.user, Users.self) == [
                "kim": #"{"id":"kim","name":"L","capacity":7,"point":7,"entries":2,"orderBits":17179869184,"#
                    + #""openWithdrawals":1,"registeredAt":"\#(Self.time(2))"}"#
            ])
        #expect(harness.rows(.user, Ledger.self).count == 2)
    }

    @Test func `a row says since when he has left, and one of an earlier version nothing of it`() throws {
        let harness = try harness([(Self.register, at: 0), (Self.update, at: 1), (Self.leave, at: 2)])
        let row = try #require(harness.rows(.user, Users.self)["kim"])
        #expect(
            row.hasSuffix(
                #""registeredAt":"\#(Self.time(0))","updatedAt":"\#(Self.time(1))","leftAt":"\#(Self.time(2))"}"#))
        var old = Customer(
            state: UserState(id: UserID(text: "kim"), name: "K", capacity: 1, point: 0), entries: 0)
        #expect(try old.leave(at: Self.time(-9)) == Self.time(-9))
    }
}
