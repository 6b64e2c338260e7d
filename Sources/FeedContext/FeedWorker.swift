import Baselines
package import Contracts
package import Workers

/// Decides which customers' days are asked for when, and brings what the utility says into kepco's readings.
package struct FeedWorker: Worker {
    package static let context = Context.feed
    package static let summary = "readings, from a utility's meters"
    package static let commands = Topic.feedCommands
    package static let inputs: [Topic] = [.userEvents]
    package static let outputs: [Topic] = [.feedEvents, .feedInternal, .kepcoReadings, .kepcoHistory]
    /// What a utility has said comes from the client alone.
    package static let hasMixedCommands = false
    package static var tables: [any Table.Type] { [Meters.self, Calls.self, NextDays.self, Gone.self] }
    package static let gauges = [
        WorkerGauge("feed_customers", "Customers whose meters are read."),
        WorkerGauge("feed_customers_behind", "Those of whom the day four days ago is not there wholly."),
        WorkerGauge("feed_dates_owed", "Days of customers that are over and not there wholly."),
        WorkerGauge(
            "feed_oldest_date_seconds",
            "How long ago the oldest of these was, in whole days, without what is from before registrations; 0: none."),
    ]
    package static let counters = [read, partly, none, unavailable, refused, unanswered, givenUp]

    static let read = WorkerCounter("feed_answers_whole", "Days of customers that are there wholly.")
    static let partly = WorkerCounter(
        "feed_answers_partly", "Answers with a day of which some quarter hours are missing.")
    static let none = WorkerCounter("feed_answers_none", "Answers that there is nothing of the day yet.")
    static let unavailable = WorkerCounter("feed_calls_unavailable", "Calls that have come to nothing.")
    static let refused = WorkerCounter("feed_calls_refused", "Calls that the utility refused.")
    static let unanswered = WorkerCounter(
        "feed_calls_unanswered", "Calls that are made again, since nothing came of them.")
    static let givenUp = WorkerCounter("feed_given_up", "Days that are waited for no longer.")

    /// The timer with which a customer's next call is due, under his id.
    static let ask = "ask"
    /// The timer with which a call is made again, under the customer's id.
    static let unansweredCall = "call"
    /// The timer with which a customer whose row could not be read, when it was his turn, is looked at again.
    static let lookAgain = "look"
    static let lookAgainAfter = Duration.seconds(60)
    /// So many of these are passed over at a time.
    static let passedOver = 32
    /// So many days ahead of its registration a consent may begin.
    static let consentDays: Int64 = 400

    let settings: FeedSettings
    let plan: AskPlan

    package init(_ settings: FeedSettings = .init()) { (self.settings, plan) = (settings, AskPlan(settings)) }

    package var handlers: [Handler] {
        [
            // First, since it comes most often.
            Handler(MeterAnswered.self, home: { $0.user.text }, take),
            Handler(RegisterMeter.self, home: { $0.user.text }, register),
            Handler(RevokeMeter.self, home: { $0.user.text }, revoke),
            Handler(UserLeft.self, home: { $0.id.text }, forget),
        ]
    }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        let user = UserID(text: timer.id)
        switch timer.kind {
        case Self.ask: try askNext(about: user, by: timer, transaction)
        case Self.unansweredCall: try callAgain(about: user, by: timer, transaction)
        case Self.lookAgain: try waitAnew(user, transaction)
        case Gone.timer: try Gone.forget(timer, transaction)
        default: break
        }
    }

    package func measure(_ transaction: Transaction) throws -> [Int64] {
        let sum = try NextDays.sum(today: plan.day(of: transaction.now).number, transaction)
        return [sum.customers, sum.behind, sum.owed, sum.oldest * 86_400]
    }

    /// Once more with other numbers, or behind another consent, it begins anew.
    private func register(_ register: RegisterMeter, _ transaction: Transaction) throws {
        let key = register.user.text
        let known = try transaction.row(Meters.self, key)
        // What is owed is counted by each customer's next day, and there would be a row for any day of a century.
        guard register.consentFrom <= transaction.time + .seconds(Self.consentDays * 86_400) else {
            throw Rejection.refused(
                "field \"consentFrom\" is more than \(Self.consentDays) days ahead: correct it, or "
                    + "register the meters nearer to it")
        }
        try checkIsNotLate(register, known, transaction)
        transaction.emit(MeterRegistered(user: register.user, consentFrom: register.consentFrom), key: key)
        let now = transaction.time
        // Said twice is said once: what is known of his days holds.
        if var known, known.isAs(register) {
            known.registeredAt = now
            transaction.put(Meters.self, key, known)
            return
        }
        if let known { try drop(register.user, known, transaction) }
        // Above that of any call from before a revocation, which nothing is known of any more.
        let attempt = max((known?.attempt ?? 0) + 1, now.milliseconds)
        var customer = MeteredCustomer(
            register, firstDay: plan.firstDay(consentFrom: register.consentFrom, at: now),
            today: plan.day(of: now).number, attempt: attempt, at: now)
        wait(register.user, &customer, until: max(now, customer.next(register.user, plan, at: now).due), transaction)
        try NextDays.count(known, customer, transaction)
        transaction.put(Meters.self, key, customer)
        // The call by the old numbers may have had the place of another one.
        try callWaiting(transaction)
    }

    /// - Throws: `Rejection` where the registration is from before what ended it, or from before the one that is known.
    private func checkIsNotLate(_ register: RegisterMeter, _ known: MeteredCustomer?, _ transaction: Transaction) throws
    {
        if let gone = try transaction.row(Gone.self, register.user.text), transaction.time <= gone.at {
            throw Rejection.late("customer \(register.user) has left, or revoked, at \(gone.at)")
        }
        if let known, transaction.time < known.registeredAt {
            throw Rejection.late("customer \(register.user) has been registered again at \(known.registeredAt)")
        }
    }

    private func revoke(_ revoke: RevokeMeter, _ transaction: Transaction) throws {
        let at = transaction.time
        if let known = try transaction.row(Meters.self, revoke.user.text), known.registeredAt > at {
            throw Rejection.late("customer \(revoke.user) has been registered again at \(known.registeredAt)")
        }
        // Also of an unknown one: his registration may be read later.
        transaction.emit(MeterRevoked(user: revoke.user), key: revoke.user.text)
        _ = try forget(revoke.user, since: at, transaction)
    }

    private func forget(_ left: UserLeft, _ transaction: Transaction) throws {
        guard try forget(left.id, since: left.leftAt, transaction) else { return }
        transaction.emit(MeterRevoked(user: left.id), key: left.id.text)
    }

    /// Nobody who was registered by then is asked about any more.
    /// - Returns: whether anything was known.
    private func forget(_ user: UserID, since at: Timestamp, _ transaction: Transaction) throws -> Bool {
        try Gone.note(user, at: at, transaction)
        guard let known = try transaction.row(Meters.self, user.text), known.registeredAt <= at else { return false }
        try drop(user, known, transaction)
        try NextDays.count(known, nil, transaction)
        transaction.delete(Meters.self, user.text)
        try callWaiting(transaction)
        return true
    }
}
