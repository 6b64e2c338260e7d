import Kafka

/// Whether a daemon that keeps files warm joins its group before they are. Whoever comes new makes the others give
/// partitions away, and these pause until it has restored them: it had better have little to restore. Where that is
/// not so it would wait for nothing.
struct JoinRule {
    /// The `client.id` of this daemon.
    private let client: String
    /// A group that is at its beginning has no member that works.
    private var isFirstLook = true

    init(client: String) { self.client = client }

    /// Looks at the group. Only what is seen first tells a group that begins from one that others are joining.
    mutating func mayJoin(_ group: Admin.Standing) -> Bool {
        defer { isFirstLook = false }
        // Its partitions wait for it: a static member that restarts, or what was left by a kill.
        if group.clients.isEmpty || group.clients.contains(client) { return true }
        return isFirstLook && group.state != "Stable"
    }
}
