import Glibc

#if CRASH_POINTS
    import Synchronization
#endif

/// Steps at which a test can end or freeze this process: everything that a kill -9 can come between. Only debug builds
/// have them; in a release `reach` is nothing.
///
/// The variable `CRASH_POINT=commit.offsets-sent@3` means the third time that this step is reached; with `=stop` behind
/// it the process is frozen there, as by SIGSTOP, in place of being killed. There may be several, with commas between
/// them. `Tests/Chaos/campaign/points.py` brings a daemon to each of the steps.
package enum CrashPoint: String, CaseIterable {
    // A record's way: under load.
    case begun = "work.begun"
    case touched = "work.touched"
    case decided = "work.decided"
    case rowWritten = "work.row-written"
    case rowProduced = "work.row-produced"
    case eventProduced = "work.event-produced"
    case letterProduced = "work.letter-produced"
    case forwarded = "work.forwarded"
    case timerFired = "work.timer-fired"
    case letterRead = "work.letter-read"
    case held = "work.held"

    // A transaction's end: under load.
    case inputsNoted = "commit.inputs-noted"
    case offsetsSoon = "commit.offsets-soon"
    case offsetsSent = "commit.offsets-sent"
    case committed = "commit.committed"
    case releasedOne = "commit.released-one"
    case released = "commit.released"

    // The file's own commit: under load.
    case positionNoted = "save.position-noted"
    case saved = "save.saved"

    // Aborted, because the group continued without this member: frozen for longer than its session.
    case rolledBack = "undo.rolled-back"
    case aborted = "undo.aborted"

    // Started over, since the outcome is unknown: fenced by another producer of its name.
    case filesClosed = "over.files-closed"
    case producerDropped = "over.producer-dropped"
    case producerMade = "over.producer-made"

    // Partitions come and go: another member joins.
    case assigned = "rebalance.assigned"
    case revoking = "rebalance.revoking"
    case revokedCommitted = "rebalance.committed"
    case revokedClosed = "rebalance.closed"
    case unassigned = "rebalance.unassigned"

    // A start, with a file that is behind, or with none; a file is built where ten records or more are to come.
    case fileMade = "restore.file-made"
    case fileOpened = "restore.file-opened"
    case offsetsRead = "restore.offsets-read"
    case endsRead = "restore.ends-read"
    case rowsRead = "restore.rows-read"
    case rowsWritten = "restore.rows-written"
    case buildingSynced = "restore.building-synced"
    case emptyRemoved = "restore.empty-removed"
    case buildingNamed = "restore.building-named"
    case rowsApplied = "restore.rows-applied"
    case restoredSaved = "restore.saved"
    case readingOn = "restore.reading-on"

    // SIGTERM.
    case stopping = "stop.stopping"
    case stopCommitted = "stop.committed"
    case stopClosed = "stop.closed"
    case left = "stop.left"

    // A view, in the order in which it comes by: see `Tests/ViewsTests/KillTests.swift`.
    case viewRemoved = "view.removed"
    case viewMade = "view.made"
    case viewBegun = "view.begun"
    case viewApplied = "view.applied"
    case viewNoted = "view.positions-noted"
    case viewSaved = "view.saved"
    case viewFinishing = "view.finishing"
    case viewReckoned = "view.reckoned"
    case viewFinished = "view.finished"

    #if CRASH_POINTS
        /// The one thing that is global, and in debug builds only: steps lie everywhere, and to hand it to all of them
        /// would be code that a release has no use for.
        private static let wanted =
            unsafe getenv("CRASH_POINT").map { unsafe String(cString: $0) }?
            .split(separator: ",").map { Wanted(String($0)) } ?? []

        /// Ends the process here, if it is to end here. Does nothing in a build without crash points.
        package static func reach(_ point: CrashPoint) {
            for one in wanted { one.reach(point) }
        }

        /// One that the environment asks for; any thread comes by.
        private final class Wanted: Sendable {
            private let point: CrashPoint
            private let signal: Int32
            private let left: Atomic<Int>

            /// A wrong word ends the process with 2: a test that hit nothing would have shown nothing.
            init(_ text: String) {
                let words = text.split(separator: "=", omittingEmptySubsequences: false)
                let parts = words[0].split(separator: "@", omittingEmptySubsequences: false)
                let times = parts.count > 1 ? Int(parts[1]) : 1
                let action = words.count > 1 ? words[1] : "kill"
                guard let point = CrashPoint(rawValue: String(parts[0])), let times, ["kill", "stop"].contains(action)
                else {
                    let line = "CRASH_POINT: there is no \(text)\n"
                    unsafe _ = write(STDERR_FILENO, line, line.utf8.count)
                    _exit(2)
                }
                self.point = point
                signal = action == "stop" ? SIGSTOP : SIGKILL
                left = Atomic(times)
            }

            func reach(_ point: CrashPoint) {
                guard point == self.point, left.subtract(1, ordering: .relaxed).oldValue == 1 else { return }
                // To this thread: a signal to the process may reach another one first, and this one continues for a
                // moment.
                raise(signal)
            }
        }
    #else
        /// Does nothing: this build has no crash points.
        @inline(__always)
        package static func reach(_ point: CrashPoint) {}
    #endif
}
