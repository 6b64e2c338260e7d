extension Context {
    /// Who was asked, and what they answered.
    package static let response = Context("response")
}

extension Topic {
    package static let responseCommands = Topic(
        "response.commands", owner: .response, key: "userId", .delete(days: 30),
        [Accept.type, Deny.type, Replay.type])
    package static let responseInternal = Topic(
        "response.internal", owner: .response, key: "userId", .delete(days: 30),
        [MakeList.type, ChangeList.type, SaveList.type, CancelList.type])
    package static let responseEvents = Topic(
        "response.events", owner: .response, key: "userId", .delete(days: 400),
        [
            ListMade.type, ListChanged.type, AcceptChosen.type, DenyChosen.type, ListSaved.type, ListCancelled.type,
            Replayed.type,
        ])

    static let ofResponse = [responseCommands, responseInternal, responseEvents]
}
