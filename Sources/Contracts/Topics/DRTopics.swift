extension Context {
    /// Orders: which there are, and whether they run.
    package static let dr = Context("dr")
}

extension Topic {
    package static let drCommands = Topic(
        "dr.commands", owner: .dr, key: "drId", .delete(days: 30), [StartDr.type, EndDr.type, Replay.type])
    package static let drInternal = Topic("dr.internal", owner: .dr, key: "drId", .delete(days: 30))
    package static let drEvents = Topic(
        "dr.events", owner: .dr, key: "drId", .delete(days: 400), [DRStarted.type, DREnded.type, Replayed.type])

    static let ofDR = [drCommands, drInternal, drEvents]
}
