extension Topic {
    /// What each context has beside its changelog and its dead letters.
    private static let own = [ofDR, ofUser, ofResponse, ofKepco, ofFeed, ofNotify]

    /// Every topic there is. All have the same number of partitions.
    package static let all: [Topic] =
        own.flatMap(\.self) + Context.all.map(changelog) + Context.all.map(deadLetters)

    fileprivate static let owners = own.compactMap(\.first?.owner)

    private static func changelog(_ owner: Context) -> Topic {
        Topic(owner.changelog, owner: owner, key: "table/key", .compact)
    }

    private static func deadLetters(_ owner: Context) -> Topic {
        Topic(owner.deadLetters, owner: owner, key: "as it came", .delete(days: 400))
    }
}

extension Context {
    /// Every context there is: the owners of the topics.
    package static let all: [Context] = Topic.owners
}
