extension Context {
    /// When which readings are asked for.
    package static let feed = Context("feed", hidesValues: true)
}

extension Topic {
    package static let feedCommands = Topic(
        "feed.commands", owner: .feed, key: "userId", .delete(days: 30),
        [RegisterMeter.type, RevokeMeter.type, Replay.type])
    package static let feedInternal = Topic(
        "feed.internal", owner: .feed, key: "userId", .delete(days: 30), [MeterAnswered.type])
    package static let feedEvents = Topic(
        "feed.events", owner: .feed, key: "userId", .delete(days: 400),
        [MeterRegistered.type, MeterRevoked.type, Replayed.type])

    static let ofFeed = [feedCommands, feedInternal, feedEvents]
}
