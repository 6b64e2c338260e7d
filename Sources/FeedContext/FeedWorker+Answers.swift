import Baselines
import Contracts
import Workers

/// What has come of calls: readings for kepco, and which days are asked for again.
extension FeedWorker {
    /// What has come of a call. Of an earlier attempt it says nothing: a later one is on its way, or was answered.
    func take(_ answer: MeterAnswered, _ transaction: Transaction) throws {
        let user = answer.user
        guard let call = try transaction.row(Calls.self, Calls.key(user)), call.attempt == answer.attempt,
            let known = try transaction.row(Meters.self, user.text)
        else { return }
        try endCall(user, transaction)
        var customer = known
        // When the utility has answered, by the record: whoever handles it again comes to the same.
        let now = transaction.time
        let pause = note(answer, call.day ?? known.nextDay, &customer, transaction)
        wait(user, &customer, until: max(now, customer.next(user, plan, at: now).due) + pause, transaction)
        try NextDays.count(known, customer, transaction)
        transaction.put(Meters.self, user.text, customer)
        try callWaiting(transaction)
    }

    /// - Returns: how long nothing is asked about the customer.
    private func note(
        _ answer: MeterAnswered, _ day: Int64, _ customer: inout MeteredCustomer, _ transaction: Transaction
    ) -> Duration {
        guard answer.outcome != .unavailable else {
            transaction.count(Self.unavailable)
            customer.failures += 1
            guard customer.failures >= settings.attempts else {
                return plan.pause(answer.user, failures: customer.failures, attempt: answer.attempt)
            }
            customer.failures = 0
            putOff(day, answer, nil, limit: FeedSettings.longestPatience, &customer, transaction)
            return .zero
        }
        customer.failures = 0
        var sent: SentDay?
        switch answer.outcome {
        case .day:
            let isWhole = !answer.tenths.contains(nil)
            transaction.count(isWhole ? Self.read : Self.partly)
            sent = bring(answer, day, customer, transaction)
            if isWhole {
                close(day, answer, sent, &customer, transaction)
                return .zero
            }
        case .none: transaction.count(Self.none)
        case .refused, .unavailable: transaction.count(Self.refused)
        }
        putOff(day, answer, sent, limit: settings.patienceDays, &customer, transaction)
        return .zero
    }

    /// The day is not there wholly: it is asked for again apart from the others, or given up.
    private func putOff(
        _ day: Int64, _ answer: MeterAnswered, _ sent: SentDay?, limit: Int64, _ customer: inout MeteredCustomer,
        _ transaction: Transaction
    ) {
        // Of a day that is not over there is nothing yet: a clock that was ahead has asked for it. It keeps its turn.
        guard day < plan.day(of: transaction.time).number else { return }
        let before = leave(day, &customer)
        var owed = before ?? OwedDay(day: day, age: 1, hadNone: false, sent: nil)
        // It was looked at for corrections alone.
        if owed.isWhole { return }
        var next = plan.nextAge(answer.user, day: day, at: transaction.time, limit: limit)
        // A day of the past may be behind the limit when it is asked for first: what could not be had, or read, is
        // asked for once more.
        if next == nil, before == nil, answer.outcome == .day || answer.outcome == .unavailable {
            next = plan.day(of: transaction.time).number - day + 1
        }
        guard let age = next else {
            transaction.count(Self.givenUp)
            return
        }
        owed.age = age
        owed.sent = sent ?? owed.sent
        if answer.outcome == .none { owed.hadNone = true }
        keep(owed, &customer, transaction)
    }

    /// The day is there wholly: it is looked at once more a day later, if it is that new.
    private func close(
        _ day: Int64, _ answer: MeterAnswered, _ sent: SentDay?, _ customer: inout MeteredCustomer,
        _ transaction: Transaction
    ) {
        let isNew = day == customer.nextDay
        let owed = leave(day, &customer)
        if owed?.isWhole == true { return }
        let age = plan.day(of: transaction.time).number - day
        guard age <= AskPlan.liveDays else { return }
        if isNew {
            customer.lag = min(customer.lag, max(1, age))
        } else if owed?.hadNone == true {
            customer.lag = max(1, age)
        }
        keep(OwedDay(day: day, age: max(1, age + 1), hadNone: false, sent: sent), &customer, transaction)
    }

    /// By their days; more than are kept push the oldest out, which is given up, but where it was looked at for
    /// corrections alone.
    private func keep(_ day: OwedDay, _ customer: inout MeteredCustomer, _ transaction: Transaction) {
        customer.owed.insert(day, at: customer.owed.firstIndex { $0.day > day.day } ?? customer.owed.endIndex)
        guard customer.owed.count > FeedSettings.longestPatience else { return }
        if !customer.owed.removeFirst().isWhole { transaction.count(Self.givenUp) }
    }

    /// The day has been answered: it is the next one no more, or none of the past.
    /// - Returns: what was known of it, where it has been asked for before.
    private func leave(_ day: Int64, _ customer: inout MeteredCustomer) -> OwedDay? {
        if day == customer.nextDay {
            customer.nextDay += 1
        } else if day == customer.past.last {
            customer.past = customer.past.dropLast()
        } else if let place = customer.owed.firstIndex(where: { $0.day == day }) {
            return customer.owed.remove(at: place)
        }
        return nil
    }

    /// Sends what kepco has not been sent yet. What live load and checks wait for does not wait behind the past.
    /// - Returns: what it has by now.
    private func bring(
        _ answer: MeterAnswered, _ day: Int64, _ customer: MeteredCustomer, _ transaction: Transaction
    ) -> SentDay? {
        let sent = customer.owed.first { $0.day == day }?.sent
        let news = sent?.news(answer.tenths) ?? answer.tenths
        guard let first = news.firstIndex(where: { $0 != nil }), let last = news.lastIndex(where: { $0 != nil }) else {
            return sent
        }
        let startsAt = plan.start(of: Day(number: day)) + .seconds(900 * first)
        let readings = MeterReadings(user: answer.user, startsAt: startsAt, tenths: Array(news[first...last]))
        let topic: Topic = plan.isPast(day, at: transaction.time) ? .kepcoHistory : .kepcoReadings
        transaction.write(readings, to: topic, key: answer.user.text)
        return SentDay(answer.tenths)
    }
}
