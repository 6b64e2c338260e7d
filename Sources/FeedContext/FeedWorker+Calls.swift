import Baselines
import Contracts
import Workers

/// Calls: at most a window of them is on its way, and an answer makes room for the next. So an outage, in which nothing
/// comes back, costs no more than the window, whoever is due meanwhile.
extension FeedWorker {
    /// Has the customer asked about at this time.
    func wait(_ user: UserID, _ customer: inout MeteredCustomer, until due: Timestamp, _ transaction: Transaction) {
        // Later times cannot be read back.
        let timer = transaction.setTimer(Self.ask, user.text, at: min(due, .last))
        customer.askAt = timer.due
    }

    /// A customer's call is due: it is made, or waits until another has been answered.
    func askNext(about user: UserID, _ transaction: Transaction) throws {
        guard var customer = try transaction.row(Meters.self, user.text) else { return }
        customer.askAt = nil
        let onTheirWay = try transaction.keys(Calls.self, prefix: Calls.onTheirWay, atMost: settings.window)
        if onTheirWay.count < settings.window {
            call(user, &customer, transaction)
        } else {
            let row = CallRow(attempt: customer.attempt, until: nil)
            transaction.put(Calls.self, Calls.waitingKey(user, due: transaction.time), row)
            customer.askAt = transaction.time
        }
        transaction.put(Meters.self, user.text, customer)
    }

    /// Makes the call that has waited longest, if there is room.
    func callWaiting(_ transaction: Transaction) throws {
        let onTheirWay = try transaction.keys(Calls.self, prefix: Calls.onTheirWay, atMost: settings.window)
        guard onTheirWay.count < settings.window,
            let key = try transaction.keys(Calls.self, prefix: Calls.waiting, atMost: 1).first
        else { return }
        transaction.delete(Calls.self, key)
        guard let user = Calls.user(waitingAt: key), var customer = try transaction.row(Meters.self, user.text) else {
            return
        }
        customer.askAt = nil
        call(user, &customer, transaction)
        transaction.put(Meters.self, user.text, customer)
    }

    /// Nothing has come of a call: the process has ended before it was made, or before its answer was written.
    func callAgain(about user: UserID, _ transaction: Transaction) throws {
        guard try transaction.row(Calls.self, Calls.key(user)) != nil,
            var customer = try transaction.row(Meters.self, user.text)
        else { return }
        transaction.count(Self.unanswered)
        call(user, &customer, transaction)
        transaction.put(Meters.self, user.text, customer)
    }

    private func call(_ user: UserID, _ customer: inout MeteredCustomer, _ transaction: Transaction) {
        customer.attempt += 1
        // By the clock: a timer that is long overdue would ask again at once.
        let timer = transaction.setTimer(Self.unansweredCall, user.text, at: transaction.now + settings.callLimit)
        transaction.put(Calls.self, Calls.key(user), CallRow(attempt: customer.attempt, until: timer.due))
        transaction.call(
            MeterCall(
                partition: transaction.partition, user: user, attempt: customer.attempt,
                customerNumber: customer.customerNumber, meters: customer.meters, day: Day(number: customer.nextDay)))
    }

    /// Whatever is planned or on its way for a customer is not any more: an answer that still comes says nothing.
    func drop(_ user: UserID, _ customer: MeteredCustomer?, _ transaction: Transaction) throws {
        if let due = customer?.askAt {
            transaction.cancel(Timer(kind: Self.ask, id: user.text, due: due))
            transaction.delete(Calls.self, Calls.waitingKey(user, due: due))
        }
        try endCall(user, transaction)
    }

    private func endCall(_ user: UserID, _ transaction: Transaction) throws {
        let key = Calls.key(user)
        guard let call = try transaction.row(Calls.self, key) else { return }
        transaction.delete(Calls.self, key)
        if let until = call.until {
            transaction.cancel(Timer(kind: Self.unansweredCall, id: user.text, due: until))
        }
    }

    // MARK: Answers

    /// What has come of a call. Of an earlier attempt it says nothing: a later one is on its way, or was answered.
    func take(_ answer: MeterAnswered, _ transaction: Transaction) throws {
        guard let call = try transaction.row(Calls.self, Calls.key(answer.user)), call.attempt == answer.attempt,
            var customer = try transaction.row(Meters.self, answer.user.text)
        else { return }
        try endCall(answer.user, transaction)
        let next = try note(answer, &customer, transaction)
        wait(answer.user, &customer, until: next, transaction)
        transaction.put(Meters.self, answer.user.text, customer)
        try callWaiting(transaction)
    }

    /// - Returns: when the customer is asked about next.
    private func note(
        _ answer: MeterAnswered, _ customer: inout MeteredCustomer, _ transaction: Transaction
    ) throws -> Timestamp {
        // When the utility has answered, by the record: whoever handles it again comes to the same.
        let now = transaction.time
        customer.failures = answer.outcome == .unavailable ? customer.failures + 1 : 0
        switch answer.outcome {
        case .day:
            bring(answer, customer, transaction)
            let isWhole = !answer.tenths.contains(nil)
            transaction.count(isWhole ? Self.read : Self.partly)
            if isWhole { return try goOn(answer.user, &customer, now, transaction) }
        case .none: transaction.count(Self.none)
        case .refused: transaction.count(Self.refused)
        case .unavailable:
            transaction.count(Self.unavailable)
            return now + plan.pause(answer.user, failures: customer.failures, attempt: answer.attempt)
        }
        if plan.isGivenUp(day: customer.nextDay, at: now) {
            transaction.count(Self.givenUp)
            return try goOn(answer.user, &customer, now, transaction)
        }
        return now + settings.retry
    }

    private func goOn(
        _ user: UserID, _ customer: inout MeteredCustomer, _ now: Timestamp, _ transaction: Transaction
    ) throws -> Timestamp {
        try NextDays.count(customer.nextDay, -1, transaction)
        customer.nextDay += 1
        try NextDays.count(customer.nextDay, 1, transaction)
        return max(now, plan.due(user, day: customer.nextDay))
    }

    /// What live load and checks wait for does not wait behind the past.
    private func bring(_ answer: MeterAnswered, _ customer: MeteredCustomer, _ transaction: Transaction) {
        guard answer.tenths.contains(where: { $0 != nil }) else { return }
        let readings = MeterReadings(
            user: answer.user, startsAt: plan.start(of: Day(number: customer.nextDay)), tenths: answer.tenths)
        let isPast = plan.day(of: transaction.time).number - customer.nextDay > Self.liveDays
        transaction.write(readings, to: isPast ? .kepcoHistory : .kepcoReadings, key: answer.user.text)
    }

    /// Low voltage is a day or two late.
    private static let liveDays: Int64 = 3
}
