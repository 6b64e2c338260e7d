extension Context {
    /// Customers and their points.
    package static let user = Context("user")
}

extension Topic {
    package static let userCommands = Topic(
        "user.commands", owner: .user, key: "userId", .delete(days: 30),
        [
            RegisterUser.type, UpdateUser.type, WithdrawPoint.type, ConfirmWithdrawal.type, FailWithdrawal.type,
            AdjustPoint.type, LeaveUser.type, DeleteUser.type, Replay.type,
        ])
    package static let userInternal = Topic("user.internal", owner: .user, key: "userId", .delete(days: 30))
    package static let userEvents = Topic(
        "user.events", owner: .user, key: "userId", .delete(days: 400),
        [
            UserRegistered.type, UserUpdated.type, PointChanged.type, PointWithdrawn.type, WithdrawalPaid.type,
            WithdrawalFailed.type, UserLeft.type, Replayed.type,
        ])

    static let ofUser = [userCommands, userInternal, userEvents]
}
