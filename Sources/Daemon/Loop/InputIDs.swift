import Kafka

/// The inputs that one client reads, by the ids that it has for their topics. Others are not in here.
struct InputIDs {
    private struct Entry {
        let topicID: UInt
        /// The input's place in the plan.
        let input: Int
    }

    private let entries: [Entry]

    /// Of a client that reads nothing.
    init() { entries = [] }

    /// - Parameters:
    ///   - topics: what the client reads.
    ///   - inputs: the plan's.
    ///   - topicID: what the client says of a topic that it reads, which it knows.
    init(of topics: Set<String>, among inputs: [String], topicID: (String) -> UInt?) {
        entries = inputs.enumerated().compactMap { input, topic in
            guard topics.contains(topic) else { return nil }
            guard let id = topicID(topic) else { preconditionFailure("a client knows the topics that it reads") }
            return Entry(topicID: id, input: input)
        }
    }

    /// The input's place in the plan; nil for a record of no input.
    func input(of record: borrowing Record) -> Int? {
        let id = record.topicID
        return entries.first { $0.topicID == id }?.input
    }

    /// Whether the client reads this input.
    func contains(_ input: Int) -> Bool { entries.contains { $0.input == input } }
}
