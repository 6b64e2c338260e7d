import Contracts
import Daemon
import Kafka

/// Where a partition is read from at a start. No clock, no I/O: tested as a table.
enum ViewStart: Equatable {
    /// Nothing has been read of it yet.
    case begin(Int64)
    /// The last record that was applied is looked at first: it has to be there still, and as it was.
    case compare(from: Int64)
    case resume(Int64)
    /// Records that were not read yet are gone.
    case expired(from: Int64, to: Int64)
    case rebuild(String)

    /// - Parameters:
    ///   - position: the file's; nil where there is none.
    ///   - low: the oldest offset.
    ///   - end: the high watermark.
    static func decide(
        _ position: ViewFile.Position?, of topic: FollowedTopic, _ partition: Int32, low: Int64, end: Int64
    ) -> ViewStart {
        guard let position else { return .begin(topic.start == .now ? end : low) }
        if position.next > end {
            return .rebuild(
                "\(topic.name) [\(partition)] ends at offset \(end), but was read up to \(position.next): it was deleted and created again, or "
                    + "Kafka has lost records")
        }
        if position.next < low {
            return topic.kind == .changelog ? .resume(low) : .expired(from: position.next, to: low)
        }
        return position.last >= low ? .compare(from: position.last) : .resume(position.next)
    }

    /// What the file as a whole has against it; nil where it can be resumed.
    static func fault(
        of file: ViewFile, _ snapshot: TopicsSnapshot, _ topics: [FollowedTopic], at now: Timestamp
    ) throws -> RebuildNeeded? {
        if let cluster = try file.meta("cluster"), cluster != snapshot.cluster {
            return RebuildNeeded(
                "the file belongs to the Kafka cluster \(cluster), and this one is \(snapshot.cluster)")
        }
        for (topic, found) in zip(topics, snapshot.topics) {
            if let known = try file.meta("partitions \(topic.name)"), let count = found?.partitions,
                known != String(count)
            {
                return RebuildNeeded("\(topic.name) had \(known) partitions, and has \(count)")
            }
            if let known = try file.meta("id \(topic.name)"), let id = found?.id, known != id {
                return RebuildNeeded("\(topic.name) was deleted and created again: its id was \(known), and is \(id)")
            }
        }
        let moment = try file.moment("asOf") ?? file.moment("madeAt")
        return moment.flatMap { isStale(since: $0, at: now, topics) ? .stale(since: $0) : nil }
    }

    /// Whether a file may have missed deletions, of which Kafka tells for a day.
    static func isStale(since moment: Timestamp, at now: Timestamp, _ topics: [FollowedTopic]) -> Bool {
        topics.contains { $0.kind == .changelog } && moment + ShardFile.maximumAge < now
    }

    /// What the topic is by what lies where the last record was that was applied.
    /// - Parameters:
    ///   - offset: the first that came from there on, record or end.
    ///   - time: the record's; nil for an end.
    static func isAnotherTopic(
        _ position: ViewFile.Position, of kind: FollowedTopic.Kind, found offset: Int64, _ time: Int64?
    ) -> Bool {
        if offset == position.last, let time { return time != position.time }
        // A record that is gone from a changelog has been compacted; of events nothing is missing between the oldest
        // and the newest.
        return kind == .events
    }
}

extension RebuildNeeded {
    static func stale(since moment: Timestamp) -> RebuildNeeded {
        RebuildNeeded("the file is from \(moment), and Kafka keeps deletions for only a day")
    }
}
