extension Context {
    /// Who is told what, over which channel.
    package static let notify = Context("notify", hidesValues: true)
}

extension Topic {
    package static let notifyCommands = Topic(
        "notify.commands", owner: .notify, key: "userId", .delete(days: 30),
        [SetContact.type, RemoveContact.type, ConfirmNotice.type, AcknowledgeNotice.type, Replay.type])
    package static let notifyInternal = Topic(
        "notify.internal", owner: .notify, key: "userId", .delete(days: 30), [NoticeAnswered.type])
    package static let notifyEvents = Topic(
        "notify.events", owner: .notify, key: "userId", .delete(days: 400),
        [
            ContactSet.type, ContactRemoved.type, NoticeAccepted.type, NoticeDelivered.type, NoticeSeen.type,
            NoticeFailed.type, Replayed.type,
        ])

    static let ofNotify = [notifyCommands, notifyInternal, notifyEvents]
}
