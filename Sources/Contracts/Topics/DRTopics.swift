extension Context {
    /// Orders: which there are, and whether they run.
    package static let dr = Context("dr")
}

extension Topic {
    package static let drCommands = Topic(
        "dr.commands", owner: .dr, key: "drId", .delete(days: 30),
        [
            StartDr.type, ChangeDr.type, EndDr.type, CancelDr.type, SetMarket.type, RegisterResource.type,
            StateKpxFigure.type, Replay.type,
        ])
    package static let drInternal = Topic(
        "dr.internal", owner: .dr, key: "drId", .delete(days: 30),
        [
            UseMarket.type, UseResource.type, StartNamedDr.type, ReserveOrder.type, OrderReserved.type,
            MoveReservation.type,
        ])
    package static let drEvents = Topic(
        "dr.events", owner: .dr, key: "drId", .delete(days: 400),
        [
            DRStarted.type, DRChanged.type, DREnded.type, DRCancelled.type, MarketChanged.type, ResourceRegistered.type,
            KpxFigureStated.type, Replayed.type,
        ])

    static let ofDR = [drCommands, drInternal, drEvents]
}
