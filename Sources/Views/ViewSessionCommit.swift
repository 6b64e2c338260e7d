import Contracts
import Daemon
import Kafka
import SQLite
import Telemetry

/// How a session commits, and what it makes of what Kafka says of its topics meanwhile.
extension ViewSession {
    /// How long the file may not say of which moment it is.
    private static let noteInterval = Duration.seconds(60)

    mutating func save() throws {
        try begin()
        try file.rows.willCommit()
        for track in tracks where track.position != track.saved { try file.note(track.position, of: track.place) }
        if let asOf { try file.note("asOf", String(asOf.milliseconds)) }
        CrashPoint.reach(.viewNoted)
        try file.database.commit()
        CrashPoint.reach(.viewSaved)
        view.status.committed(
            tracks.lazy.filter { $0.position != $0.saved }.map { ($0.place, $0.position.next) }, records: records,
            passedOver: passed)
        for index in tracks.indices { tracks[index].saved = tracks[index].position }
        applied += records
        unreported?.records += passed
        (openedAt, records, bytes, passed, moved) = (nil, 0, 0, 0, false)
        notedAt = .now
        try settle()
        view.onCommit(view.status)
    }

    /// Whether what was at some moment is in the file now.
    mutating func settle() throws {
        guard let snapshot = awaited, zip(tracks, snapshot.ends).allSatisfy({ $0.saved.next >= $1 ?? .max }) else {
            return
        }
        awaited = nil
        let before = asOf ?? madeAt
        guard !ViewStart.isStale(since: before, at: snapshot.at, view.settings.topics) else {
            throw RebuildNeeded.stale(since: before)
        }
        asOf = snapshot.at
        view.status.isOf(snapshot.at)
        if !isCaughtUp {
            isCaughtUp = true
            // With the moment: of a file without one nobody can say how old it is.
            try save()
            if file.isMaking {
                CrashPoint.reach(.viewFinishing)
                // The indices of a hundred million rows take minutes: whoever was started again for that would begin
                // them again.
                view.status.pulse.rest()
                try file.finish()
                view.status.pulse.beat()
                view.open(file.path)
            }
            view.status.caughtUp()
            log.info("caught up", ["records": applied, "ms": Int((ContinuousClock.now - began) / .milliseconds(1))])
        }
        if view.status.fault(nil) { log.info("the view follows its topics") }
    }

    // MARK: What Kafka says meanwhile

    mutating func attend() throws {
        view.status.pulse.beat()
        if let error = view.takeDamage() { throw error }
        // Once a second.
        guard let newest = lookout.takeNewest() else { return }
        reportSkipped()
        switch newest {
        case .success(let snapshot): try look(at: snapshot)
        case .failure(let error):
            if view.status.fault(error.description) {
                log.warning(
                    "Kafka does not answer: reads continue from the view as it is", ["reason": error.description])
            }
        }
    }

    mutating func reportSkipped() {
        guard let skipped = unreported, skipped.records > 0 else { return }
        unreported = nil
        log.warning(
            "records were skipped: the view could not apply them",
            ["records": skipped.records, "place": skipped.place, "offset": skipped.offset, "reason": skipped.reason])
    }

    private mutating func look(at snapshot: TopicsSnapshot) throws {
        guard snapshot.cluster == self.snapshot.cluster, snapshot.topics == self.snapshot.topics else {
            throw Moved("the topics have changed")
        }
        // What was read since it was asked may lie behind the ends. A leader that is new may know of less for a moment:
        // who restarts asks again.
        if snapshot.askedAt >= looked.at,
            let index = tracks.indices.first(where: { looked.next[$0] > snapshot.ends[$0] ?? .max })
        {
            throw Moved("\(tracks[index].place) ends before the offset that was read already")
        }
        looked = (.now, tracks.map(\.saved.next))
        view.status.isBehind(behind(snapshot))
        if awaited == nil, !snapshot.ends.contains(nil) { awaited = snapshot }
        try settle()
        if .now - notedAt >= Self.noteInterval { try save() }
    }

    /// Thrown when the start has to be looked at again.
    private struct Moved: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    func behind(_ snapshot: TopicsSnapshot) -> Int64 {
        zip(tracks, snapshot.ends).reduce(0) { $0 + max(($1.1 ?? 0) - max($1.0.position.next, 0), 0) }
    }
}
