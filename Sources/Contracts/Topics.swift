extension Context {
    package static let dr = Context("dr")
    package static let user = Context("user")
    package static let response = Context("response")
    package static let kepco = Context("kepco")

    package static let all: [Context] = [dr, user, response, kepco]
}

/// Every topic there is. All have the same number of partitions.
extension Topic {
    package static let drCommands = Topic(
        "dr.commands", owner: .dr, key: "drId", .delete(days: 30), [StartDr.type, EndDr.type, Replay.type])
    package static let drEvents = Topic(
        "dr.events", owner: .dr, key: "drId", .delete(days: 400), [DRStarted.type, DREnded.type, Replayed.type])

    package static let userCommands = Topic(
        "user.commands", owner: .user, key: "userId", .delete(days: 30),
        [RegisterUser.type, UpdateUser.type, WithdrawPoint.type, Replay.type])
    package static let userEvents = Topic(
        "user.events", owner: .user, key: "userId", .delete(days: 400),
        [UserRegistered.type, UserUpdated.type, PointChanged.type, PointWithdrawn.type, Replayed.type])

    package static let responseCommands = Topic(
        "response.commands", owner: .response, key: "userId", .delete(days: 30),
        [Accept.type, Deny.type, Replay.type])
    package static let responseEvents = Topic(
        "response.events", owner: .response, key: "userId", .delete(days: 400),
        [ListMade.type, AcceptChosen.type, DenyChosen.type, ListSaved.type, Replayed.type])

    package static let kepcoCommands = Topic(
        "kepco.commands", owner: .kepco, key: "userId", .delete(days: 30), [Replay.type])
    package static let kepcoReadings = Topic(
        "kepco.readings", owner: .kepco, key: "userId", .delete(days: 30), [MeterReading.type, MeterReadings.type])
    package static let kepcoEvents = Topic(
        "kepco.events", owner: .kepco, key: "userId", .delete(days: 400), [ReductionCheck.type, Replayed.type])

    package static let drInternal = Topic("dr.internal", owner: .dr, key: "drId", .delete(days: 30))
    package static let userInternal = Topic("user.internal", owner: .user, key: "userId", .delete(days: 30))
    package static let responseInternal = Topic(
        "response.internal", owner: .response, key: "userId", .delete(days: 30), [MakeList.type, SaveList.type])
    package static let kepcoInternal = Topic("kepco.internal", owner: .kepco, key: "userId", .delete(days: 30))

    private static func changelog(_ owner: Context) -> Topic {
        Topic(owner.changelog, owner: owner, key: "table/key", .compact)
    }

    private static func deadLetters(_ owner: Context) -> Topic {
        Topic(owner.deadLetters, owner: owner, key: "as it came", .delete(days: 400))
    }

    package static let all: [Topic] =
        [
            drCommands, drInternal, drEvents, userCommands, userInternal, userEvents, responseCommands,
            responseInternal,
            responseEvents, kepcoCommands, kepcoInternal, kepcoReadings, kepcoEvents,
        ] + Context.all.map(changelog) + Context.all.map(deadLetters)
}
