import Contracts
import Daemon
import Kafka
import SQLite
import Telemetry
import Threads

/// From one start of reading to the next: records go into the file, some at a time, with the positions behind them.
struct ViewSession {
    /// How long a transaction takes at most, and while there is much to come.
    private static let (interval, makingInterval) = (Duration.milliseconds(50), Duration.seconds(5))
    /// For how long nothing may come before what there is is committed, in ms: all that one fetch has brought is there
    /// by then, and whoever waits for the outcome of a command waits for this too.
    private static let lull: Int32 = 1
    private static let idle: Int32 = 100
    /// Records of a transaction while the view is made, and bytes of them: what waits for its end lies in memory.
    private static let (makingRecords, makingBytes) = (250_000, 64 << 20)
    /// Records after which the clock is looked at, where none was waited for.
    private static let clockInterval = 64
    /// Records that have a savepoint each, behind one that had to be rolled back.
    private static let carefulRecords = 10_000

    /// A partition.
    struct Track {
        let place: String
        let topic: Int
        let partition: Int32
        var position: ViewFile.Position
        /// As the file has it.
        var saved: ViewFile.Position
        /// Whether what lies at the last record has not been looked at.
        var isCompared = true
    }

    let view: View
    let file: ViewFile
    let lookout: Lookout
    let reader: any RecordReader
    let log: Logger
    let handlers: [ViewHandler]
    /// What the topics were at the start.
    let snapshot: TopicsSnapshot
    /// The oldest one whose ends have not been passed.
    var awaited: TopicsSnapshot?
    var tracks: [Track] = []
    /// How far it had come when it last looked at what Kafka says.
    var looked: (at: ContinuousClock.Instant, next: [Int64]) = (.now, [])
    /// By topic: the track of its first partition, and its address in the reader.
    var (bases, ids): ([Int], [UInt]) = ([], [])
    var (lastID, lastTopic) = (UInt(0), 0)
    var isCaughtUp = false
    var asOf: Timestamp?
    let madeAt: Timestamp
    var notedAt = ContinuousClock.now
    let began = ContinuousClock.now

    // The open transaction.
    var openedAt: ContinuousClock.Instant?
    var (records, bytes, passed, moved) = (0, 0, 0, false)
    var applied = 0
    var careful = 0
    /// The record for which a transaction was rolled back: up to it each has a savepoint.
    var refused: (track: Int, offset: Int64)?
    /// What could not be applied and has not been said yet: how many, and the first of them.
    var unreported: (records: Int, place: String, offset: Int64, reason: String)?

    init(_ view: View, _ file: ViewFile, _ snapshot: TopicsSnapshot, _ lookout: Lookout, _ reader: any RecordReader)
        throws
    {
        let madeAt = try file.moment("madeAt") ?? view.source.time
        (self.view, self.file, self.lookout, self.reader, log) = (view, file, lookout, reader, view.log)
        (self.snapshot, awaited, self.madeAt) = (snapshot, snapshot, madeAt)
        handlers = view.settings.topics.map { file.rows.handler(of: $0.name) }
        asOf = try file.moment("asOf")
    }

    mutating func run(until stop: StopSignal) throws {
        try start()
        var wait: Int32 = 0
        while !stop.isSet {
            do {
                switch reader.next(milliseconds: wait) {
                case .record(let record):
                    // To look at the clock costs something: where records were there already, now and then.
                    let isDue = wait > 0 || records % Self.clockInterval == 0
                    wait = 0
                    try take(record)
                    guard isDue || isLarge, isLong else { break }
                    try save()
                    try attend()
                case .end(let end): try reach(end)
                case .failure(let error): try handle(error)
                case nil:
                    if wait == 0 {
                        wait = moved && !file.isMaking ? Self.lull : Self.idle
                    } else {
                        wait = Self.idle
                        if moved { try save() }
                        try attend()
                    }
                }
            } catch is RolledBack {
                try rewind()
            }
        }
        // Also of which moment it is.
        try save()
        reportSkipped()
    }

    /// Whether as much as may lies in memory for the end of the open transaction.
    private var isLarge: Bool { file.isMaking && (records >= Self.makingRecords || bytes >= Self.makingBytes) }

    /// Whether the open transaction has lasted for as long as one may, or has as much as it may.
    private var isLong: Bool {
        guard let openedAt else { return false }
        return isLarge || .now - openedAt >= (file.isMaking ? Self.makingInterval : Self.interval)
    }

    // MARK: Start

    private mutating func start() throws {
        let topics = view.settings.topics
        let known = try file.positions()
        var starts: [TopicPartition] = []
        for (index, topic) in topics.enumerated() {
            bases.append(tracks.count)
            for partition in 0..<(snapshot.topics[index]?.partitions ?? 0) {
                let place = ViewStatus.name(topic.name, partition)
                let (low, end) = (snapshot.lows[tracks.count] ?? 0, snapshot.ends[tracks.count] ?? 0)
                var position = known[place] ?? ViewFile.Position(next: -1)
                let saved = position
                var (first, isCompared) = (position.next, true)
                switch ViewStart.decide(known[place], of: topic, partition, low: low, end: end) {
                case .begin(let offset), .resume(let offset): first = offset
                case .compare(let offset): (first, isCompared) = (offset, false)
                case .expired(let from, let to):
                    log.warning(
                        "records expired in Kafka before the view read them: continuing at the oldest one",
                        ["topic": topic.name, "partition": partition, "from": from, "to": to])
                    first = to
                case .rebuild(let reason): throw RebuildNeeded(reason)
                }
                if isCompared { position.next = first }
                tracks.append(
                    Track(
                        place: place, topic: index, partition: partition, position: position, saved: saved,
                        isCompared: isCompared))
                starts.append(TopicPartition(topic.name, partition, offset: first))
            }
        }
        looked = (.now, tracks.map(\.saved.next))
        try reader.assign(starts)
        ids = topics.map { reader.topicID($0.name) ?? 0 }
        try identify()
        log.info("following", ["topics": topics.count, "partitions": tracks.count, "behind": behind(snapshot)])
        view.status.isBehind(behind(snapshot))
    }

    /// Writes what the topics are, and where those begin that are new: "from now" is said once.
    private mutating func identify() throws {
        try begin()
        try file.note("cluster", snapshot.cluster)
        try file.note("madeAt", String(madeAt.milliseconds))
        for (topic, found) in zip(view.settings.topics, snapshot.topics) {
            if let found { try file.note("partitions \(topic.name)", String(found.partitions)) }
            if let id = found?.id { try file.note("id \(topic.name)", id) }
        }
        try save()
    }

    // MARK: Records

    mutating func begin() throws {
        guard openedAt == nil else { return }
        try file.database.begin()
        openedAt = .now
        CrashPoint.reach(.viewBegun)
    }

    private mutating func take(_ record: borrowing Record) throws {
        if record.topicID != lastID {
            guard let topic = ids.firstIndex(of: record.topicID) else { return }
            (lastID, lastTopic) = (record.topicID, topic)
        }
        let index = bases[lastTopic] + Int(record.partition)
        let (offset, time) = (record.offset, record.timestamp ?? 0)
        if !tracks[index].isCompared { try compare(index, offset, time) }
        guard offset >= tracks[index].position.next else { return }
        try begin()
        try apply(record, index)
        tracks[index].position = ViewFile.Position(next: offset + 1, last: offset, time: time)
        (records, moved) = (records + 1, true)
        bytes += (record.key?.count ?? 0) + (record.value?.count ?? 0)
        CrashPoint.reach(.viewApplied)
        guard let refused, refused.track == index, refused.offset <= offset else { return }
        // However much lay before it, that is not done once more for another one.
        self.refused = nil
        try save()
    }

    /// Without a savepoint, which would cost as much as a row: a record that is refused has hardly ever written
    /// anything. One that has is rolled back with its transaction, and then it and those behind it have one each.
    private mutating func apply(_ record: borrowing Record, _ index: Int) throws {
        let before = file.database.totalChanges
        let isCareful = careful > 0 || refused != nil
        if isCareful {
            careful = max(careful - 1, 0)
            try file.savepoint.set()
        }
        do {
            try handlers[tracks[index].topic](record)
            if isCareful { try file.savepoint.release() }
        } catch {
            if let error = error as? SQLiteError, error.isOfFile { throw error }
            if file.database.totalChanges != before { careful = Self.carefulRecords }
            if isCareful {
                try file.savepoint.cancel()
            } else if file.database.totalChanges != before {
                refused = (index, record.offset)
                throw RolledBack()
            }
            passed += 1
            try file.notePassed(tracks[index].place)
            unreported = unreported ?? (0, tracks[index].place, record.offset, "\(error)")
        }
    }

    /// Thrown when a transaction has to be rolled back for one of its records.
    private struct RolledBack: Error {}

    /// Goes back to where the file is.
    private mutating func rewind() throws {
        try file.rollBack()
        (openedAt, records, bytes, passed, moved) = (nil, 0, 0, 0, false)
        if unreported?.records == 0 { unreported = nil }
        for index in tracks.indices { tracks[index].position = tracks[index].saved }
        try reader.assign(
            tracks.map {
                // What was not compared is looked at again.
                let first = $0.isCompared ? $0.saved.next : $0.saved.last
                return TopicPartition(view.settings.topics[$0.topic].name, $0.partition, offset: first)
            })
    }

    private mutating func reach(_ end: TopicPartition) throws {
        guard let topic = view.settings.topics.firstIndex(where: { $0.name == end.topic }) else { return }
        let index = bases[topic] + Int(end.partition)
        if !tracks[index].isCompared { try compare(index, end.offset, nil) }
        // The position moves past records that are not shown: ends of transactions, and what was aborted.
        guard end.offset > tracks[index].position.next else { return }
        tracks[index].position.next = end.offset
        moved = true
    }

    private mutating func compare(_ index: Int, _ offset: Int64, _ time: Int64?) throws {
        tracks[index].isCompared = true
        let topic = view.settings.topics[tracks[index].topic]
        guard ViewStart.isAnotherTopic(tracks[index].saved, of: topic.kind, found: offset, time) else { return }
        throw RebuildNeeded(
            "\(tracks[index].place) is not the topic that was read: the record at offset \(tracks[index].saved.last) has changed. The topic "
                + "was deleted and created again, or Kafka has lost records")
    }

    private func handle(_ error: KafkaError) throws {
        if error.isOffsetOutOfRange || error.isUnknownTopic || error.severity == .fatal { throw error }
        guard error.isUnreadable || error.isMissingRight, view.status.fault(error.reason) else { return }
        log.error("a topic cannot be read: the view is out of date until it can", ["reason": error.reason])
    }
}

extension SQLiteError {
    /// Whether it is about the file or the disk, and not about what one record wanted.
    var isOfFile: Bool {
        isFull || isReadOnly || cannotOpen || isBusy || isCorrupt || isNotADatabase || [7, 10].contains(primaryCode)
    }
}
