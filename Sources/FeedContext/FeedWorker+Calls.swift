import Baselines
import Contracts
import Workers

/// Calls: at most a window of them is on its way, and an answer makes room for the next. So an outage, in which nothing
/// comes back, costs no more than the window, whoever is due meanwhile.
extension FeedWorker {
    /// Has the customer asked about at this time.
    func wait(_ user: UserID, _ customer: inout MeteredCustomer, until due: Timestamp, _ transaction: Transaction) {
        customer.askAt = transaction.setTimer(Self.ask, user.text, at: due).due
    }

    /// A customer's call is due: it is made, or waits until another has been answered.
    func askNext(about user: UserID, by timer: Timer, _ transaction: Transaction) throws {
        // A timer that was put off, since a row could not be read, may have been replaced meanwhile.
        guard var customer = try transaction.row(Meters.self, user.text), let askAt = customer.askAt,
            askAt <= timer.due, customer.queue == nil
        else { return }
        customer.askAt = nil
        let now = transaction.time
        let day = customer.next(user, plan, at: now).day
        if try hasRoom(transaction) {
            call(user, &customer, day, transaction)
        } else {
            let queue = plan.isPast(day, at: now) ? Calls.Queue.past : .live
            transaction.put(Calls.self, Calls.key(user, in: queue, due: now), CallRow(attempt: customer.attempt))
            (customer.askAt, customer.queue) = (now, queue)
        }
        transaction.put(Meters.self, user.text, customer)
    }

    /// Makes the call that has waited longest, if there is room: of the past where no other waits.
    func callWaiting(_ transaction: Transaction) throws {
        guard try hasRoom(transaction), let (user, found) = try takeWaiting(transaction) else { return }
        var customer = found
        (customer.askAt, customer.queue) = (nil, nil)
        call(user, &customer, customer.next(user, plan, at: transaction.time).day, transaction)
        transaction.put(Meters.self, user.text, customer)
    }

    /// Who has waited longest, and waits no more. One whose row cannot be read is tried again by a timer of his own, so
    /// that he holds nobody up.
    private func takeWaiting(_ transaction: Transaction) throws -> (UserID, MeteredCustomer)? {
        for queue in Calls.Queue.allCases {
            for key in try transaction.keys(Calls.self, prefix: "\(queue.rawValue)/", atMost: Self.passedOver) {
                transaction.delete(Calls.self, key)
                guard let user = Calls.user(waitingAt: key) else { continue }
                do {
                    if let customer = try transaction.row(Meters.self, user.text) { return (user, customer) }
                } catch is RowError {
                    transaction.setTimer(Self.lookAgain, user.text, at: transaction.time + Self.lookAgainAfter)
                }
            }
        }
        return nil
    }

    /// Who has waited, and has a row that can be read again, waits anew.
    func waitAnew(_ user: UserID, _ transaction: Transaction) throws {
        guard var customer = try transaction.row(Meters.self, user.text), customer.queue != nil,
            let askAt = customer.askAt
        else { return }
        guard try transaction.row(Calls.self, Calls.key(user, in: customer.queue ?? .live, due: askAt)) == nil else {
            return
        }
        customer.queue = nil
        wait(user, &customer, until: transaction.time, transaction)
        transaction.put(Meters.self, user.text, customer)
    }

    /// Nothing has come of a call: the process has ended before it was made, or before its answer was written.
    func callAgain(about user: UserID, by timer: Timer, _ transaction: Transaction) throws {
        let call = try transaction.row(Calls.self, Calls.key(user))
        // A timer that was put off may have been replaced meanwhile.
        if let until = call?.until, until > timer.due { return }
        guard var customer = try transaction.row(Meters.self, user.text) else {
            // His row was taken out by hand: the place is another one's.
            try endCall(user, transaction)
            try callWaiting(transaction)
            return
        }
        guard let call else {
            // The call's row was: he is asked about anew.
            guard customer.askAt == nil else { return }
            wait(user, &customer, until: transaction.time, transaction)
            transaction.put(Meters.self, user.text, customer)
            return
        }
        transaction.count(Self.unanswered)
        self.call(user, &customer, call.day ?? customer.nextDay, transaction)
        transaction.put(Meters.self, user.text, customer)
    }

    /// Whether another call may be on its way. Those whose places a wrong clock has given away are made again first.
    private func hasRoom(_ transaction: Transaction) throws -> Bool {
        try callAgainAfterWrongClock(transaction)
        let onTheirWay = try transaction.keys(Calls.self, prefix: Calls.onTheirWay, atMost: settings.window)
        return onTheirWay.count < settings.window
    }

    /// Calls that would be waited for twice as long as any is: the clock was ahead when they were made, and until that
    /// time comes nobody would be asked in their places.
    private func callAgainAfterWrongClock(_ transaction: Transaction) throws {
        let last = transaction.now + settings.callLimit + settings.callLimit
        var users: [UserID] = []
        do {
            try transaction.scan(Calls.self, prefix: Calls.onTheirWay) { key, call in
                if let until = call.until, until > last { users.append(Calls.user(onTheWayAt: key)) }
                return true
            }
        } catch is RowError {
            // It holds nobody up. Those behind it come to their turn when it is mended.
        }
        for user in users {
            do {
                let known = try transaction.row(Meters.self, user.text)
                // Where his row was taken out by hand the place is another one's.
                guard let call = try endCall(user, transaction), var customer = known else { continue }
                transaction.count(Self.unanswered)
                self.call(user, &customer, call.day ?? customer.nextDay, transaction)
                transaction.put(Meters.self, user.text, customer)
            } catch is RowError {
                continue
            }
        }
    }

    private func call(
        _ user: UserID, _ customer: inout MeteredCustomer, _ day: Int64, _ transaction: Transaction
    ) {
        customer.attempt += 1
        // By the clock: a timer that is long overdue would ask again at once.
        let timer = transaction.setTimer(Self.unansweredCall, user.text, at: transaction.now + settings.callLimit)
        let row = CallRow(attempt: customer.attempt, day: day, until: timer.due)
        transaction.put(Calls.self, Calls.key(user), row)
        transaction.call(
            MeterCall(
                partition: transaction.partition, user: user, attempt: customer.attempt,
                customerNumber: customer.customerNumber, meters: customer.meters, day: Day(number: day),
                isPast: plan.isPast(day, at: transaction.time)))
    }

    /// Whatever is planned or on its way for a customer is not any more: an answer that still comes says nothing.
    func drop(_ user: UserID, _ customer: MeteredCustomer, _ transaction: Transaction) throws {
        if let due = customer.askAt {
            transaction.cancel(Timer(kind: Self.ask, id: user.text, due: due))
            if let queue = customer.queue { transaction.delete(Calls.self, Calls.key(user, in: queue, due: due)) }
        }
        if try endCall(user, transaction) != nil {
            transaction.call(MeterCallEnd(partition: transaction.partition, user: user))
        }
    }

    /// - Returns: the call that was on its way.
    @discardableResult
    func endCall(_ user: UserID, _ transaction: Transaction) throws -> CallRow? {
        let key = Calls.key(user)
        guard let call = try transaction.row(Calls.self, key) else { return nil }
        transaction.delete(Calls.self, key)
        if let until = call.until {
            transaction.cancel(Timer(kind: Self.unansweredCall, id: user.text, due: until))
        }
        return call
    }
}
