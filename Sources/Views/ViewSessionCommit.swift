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
        unsaid?.records += passed
        (openedAt, records, bytes, passed, moved) = (nil, 0, 0, 0, false)
        notedAt = .now
        try settle()
        view.onCommit(view.status)
    }

    /// Whether what was at some moment is in the file now.
    mutating func settle() throws {
        guard let sight = awaited, zip(tracks, sight.ends).allSatisfy({ $0.saved.next >= $1 ?? .max }) else { return }
        awaited = nil
        let before = asOf ?? madeAt
        guard !ViewStart.isStale(since: before, at: sight.at, view.settings.topics) else {
            throw MadeAnew.stale(since: before)
        }
        asOf = sight.at
        view.status.isOf(sight.at)
        if !isCaughtUp {
            isCaughtUp = true
            // With the moment: of a file without one nobody can say how old it is.
            try save()
            if file.isMaking {
                CrashPoint.reach(.viewFinishing)
                // The indices of a hundred million rows take minutes: whoever was started again for that would begin
                // them anew.
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
        tellPassed()
        switch newest {
        case .success(let sight): try look(at: sight)
        case .failure(let error):
            if view.status.fault(error.description) {
                log.warning("Kafka does not answer: reads continue from the view as it is", ["reason": error.description])
            }
        }
    }

    mutating func tellPassed() {
        guard let said = unsaid, said.records > 0 else { return }
        unsaid = nil
        log.warning(
            "records were skipped: the view could not apply them",
            ["records": said.records, "place": said.place, "offset": said.offset, "reason": said.reason])
    }

    private mutating func look(at sight: Sight) throws {
        guard sight.cluster == self.sight.cluster, sight.topics == self.sight.topics else {
            throw Moved("the topics have changed")
        }
        // What was read since it was asked may lie behind the ends. A leader that is new may know of less for a moment:
        // who begins anew asks again.
        if sight.askedAt >= looked.at,
            let index = tracks.indices.first(where: { looked.next[$0] > sight.ends[$0] ?? .max })
        {
            throw Moved("\(tracks[index].place) ends before the offset that was read already")
        }
        looked = (.now, tracks.map(\.saved.next))
        view.status.isBehind(behind(sight))
        if awaited == nil, !sight.ends.contains(nil) { awaited = sight }
        try settle()
        if .now - notedAt >= Self.noteInterval { try save() }
    }

    /// Thrown when the start has to be looked at again.
    private struct Moved: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    func behind(_ sight: Sight) -> Int64 {
        zip(tracks, sight.ends).reduce(0) { $0 + max(($1.1 ?? 0) - max($1.0.position.next, 0), 0) }
    }
}
