import Threads

/// The thread on which a standby's changelogs are followed.
final class StandbyThread {
    private let stop = StopSignal()
    private let thread: Thread

    /// The follower is handed over: only its thread calls it.
    private struct Box: @unchecked Sendable { let follower: ChangelogFollower }

    init(_ follower: ChangelogFollower) {
        let (box, stop) = (Box(follower: follower), stop)
        thread = Thread("standby") { box.follower.run(until: stop) }
    }

    /// Waits until all files are closed.
    func end() {
        stop.set()
        thread.join()
    }
}
