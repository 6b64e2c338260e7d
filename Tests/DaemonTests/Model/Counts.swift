/// What has happened, so that a run can show that it tried everything.
struct Counts {
    var schedules = 0
    var steps = 0
    var turns = 0
    var inputs = 0
    var commits = 0
    var aborts = 0
    var crashes = 0
    var stops = 0
    /// Frozen in the middle of a call or between two turns, for so long that the group or a transaction continued.
    var freezes = 0
    var rebalances = 0
    var wipes = 0
    var restores = 0
    /// Turns of standbys, and files of theirs that a loop has gone on with.
    var follows = 0
    var takenBack = 0
    /// Files that were built under another name.
    var built = 0
    /// Commits whose request was lost, whose answer was lost, and whose request came later.
    var lostRequests = 0
    var lostAnswers = 0
    var lateRequests = 0
    /// Of the last ones, those that came when a transaction was open.
    var lateEnds = 0
    /// Calls that were not answered in time, beside commits.
    var unanswered = 0
    /// Ended by the broker for their age.
    var timeouts = 0
    /// Ended by a successor of the same name.
    var fenced = 0
    /// Offsets refused, since the group had continued.
    var refusedMembers = 0
    var fencedCalls = 0
    var undelivered = 0
    var lostMemberships = 0
    var deadConsumers = 0
    /// Restores that waited for an open transaction, of its offsets or of its rows.
    var waitsForOffsets = 0
    var waitsForRows = 0
    var filesChecked = 0
    var timers = 0

    static func += (sum: inout Counts, one: Counts) {
        for path in all { sum[keyPath: path.path] += one[keyPath: path.path] }
    }

    /// All of them, with a name to print.
    static var all: [(name: String, path: WritableKeyPath<Counts, Int>)] {
        [
            ("schedules", \.schedules), ("steps", \.steps), ("turns", \.turns), ("inputs", \.inputs),
            ("commits", \.commits), ("aborts", \.aborts), ("crashes", \.crashes), ("stops", \.stops),
            ("freezes", \.freezes), ("rebalances", \.rebalances), ("wiped directories", \.wipes),
            ("restores", \.restores), ("standbys' turns", \.follows), ("warm files", \.takenBack),
            ("files built", \.built), ("commits: request lost", \.lostRequests),
            ("commits: answer lost", \.lostAnswers), ("commits: request late", \.lateRequests),
            ("commits: late and taken", \.lateEnds), ("other calls unanswered", \.unanswered),
            ("transactions timed out", \.timeouts), ("transactions fenced", \.fenced),
            ("offsets refused", \.refusedMembers), ("calls of fenced producers", \.fencedCalls),
            ("records undelivered", \.undelivered), ("memberships lost", \.lostMemberships),
            ("consumers done for", \.deadConsumers), ("restores that waited for offsets", \.waitsForOffsets),
            ("restores that waited for rows", \.waitsForRows), ("state files compared", \.filesChecked),
            ("timers fired", \.timers),
        ]
    }
}
