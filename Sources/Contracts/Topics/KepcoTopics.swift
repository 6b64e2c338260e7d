extension Context {
    /// What the meters say, and who really reduced.
    package static let kepco = Context("kepco")
}

extension Topic {
    package static let kepcoCommands = Topic(
        "kepco.commands", owner: .kepco, key: "userId", .delete(days: 30), [Replay.type])
    package static let kepcoInternal = Topic(
        "kepco.internal", owner: .kepco, key: "userId", .delete(days: 30),
        [SumResource.type, TargetResource.type, SettlePoints.type, SettledPart.type])
    package static let kepcoReadings = Topic(
        "kepco.readings", owner: .kepco, key: "userId", .delete(days: 30), [MeterReading.type, MeterReadings.type])
    /// Readings of the past, as many as there are: what has just been counted does not wait behind them.
    package static let kepcoHistory = Topic(
        "kepco.history", owner: .kepco, key: "userId", .delete(days: 30), [MeterReading.type, MeterReadings.type])
    package static let kepcoEvents = Topic(
        "kepco.events", owner: .kepco, key: "userId", .delete(days: 400),
        [ReductionCheck.type, ResourceReduction.type, Replayed.type])

    static let ofKepco = [kepcoCommands, kepcoInternal, kepcoReadings, kepcoHistory, kepcoEvents]
}
