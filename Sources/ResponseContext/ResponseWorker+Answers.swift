import Contracts
import Workers

/// Taking answers.
///
/// Who is on the list of an order that was not changed has no answers waiting for it but such as came behind the
/// order's planned end: whoever puts a customer there applies the others. So the steps that ask everybody need not look
/// for any. Those that came behind the planned end are looked at when the order has ended, or has not within their
/// time. Who is on the list of one that was changed may have others: from when it did not ask him.
extension ResponseWorker {
    func choose(_ answer: Answer, _ choice: Choice, _ transaction: Transaction) throws {
        let given = GivenAnswer(answer, at: transaction.time, channel: choice.channel)
        switch try judge(choice.id, given, transaction) {
        case .take(let order, var response):
            // Behind those that came before.
            if order.course.change != nil { _ = try admitWaiting(choice.id, order, &response, transaction) }
            try admit(given, choice.id, order, &response, transaction)
            transaction.put(Responses.self, Responses.key(choice.id), response)
        case .ask(let order, let customer): try enlist(customer, choice.id, order, with: given, transaction)
        case .wait: try putAside(choice, given, transaction)
        case .refuse(let rejection): throw rejection
        }
    }

    /// Puts a customer on a list, unless there already, with the answers that wait for that and with one that has just
    /// come. When it is too late for anybody else to save the place, it is saved too.
    func enlist(
        _ customer: Customer, _ id: ResponseID, _ order: Order, with given: GivenAnswer? = nil,
        _ transaction: Transaction
    ) throws {
        let known = try transaction.row(Responses.self, Responses.key(id))
        var response = known ?? Response(customer, on: order)
        let isAsked = known?.isCancelled ?? true
        if response.isCancelled { response.reopen(order) }
        response.learn(customer, order)
        if isAsked { ask(response, id, order, transaction) }
        let waited = try admitWaiting(id, order, &response, transaction)
        if let given { try admit(given, id, order, &response, transaction) }
        if order.isSaved(upTo: id.user), !response.isSaved { save(&response, id, order, transaction) }
        guard response != known else { return }
        let put = { transaction.put(Responses.self, Responses.key(id), response) }
        // The answer that came last has made the row what it is.
        if given == nil, let waited {
            transaction.within(waited.record.provenance, put)
        } else {
            put()
        }
    }

    /// States the answer that counts. The row is the caller's to write.
    func save(_ response: inout Response, _ id: ResponseID, _ order: Order, _ transaction: Transaction) {
        response.save(order)
        let kind = order.kind(for: response.resource)
        transaction.emit(ListSaved(response.entry(id), kind: kind), key: id.user.text)
    }

    /// Looks again at an answer that waits.
    func reconsider(_ key: String, isDue: Bool, _ transaction: Transaction) throws {
        // It may have been taken with another one of the same customer.
        guard let waiting = try transaction.row(WaitingAnswers.self, key)?.answer else { return }
        switch try judge(waiting.id, waiting.given.by(transaction.now), transaction) {
        case .take(let order, var response):
            guard let last = try admitWaiting(waiting.id, order, &response, transaction) else { return }
            transaction.within(last.record.provenance) {
                transaction.put(Responses.self, Responses.key(waiting.id), response)
            }
        case .ask(let order, let customer): try enlist(customer, waiting.id, order, transaction)
        case .wait(let missing):
            guard isDue else { return }
            try remove([(key, waiting)], of: waiting.id.user, transaction)
            let seconds = settings.answerTimeout.components.seconds
            transaction.deadLetter(
                waiting.record,
                Rejection(
                    missing.kind, "\(missing.reason): customer \(waiting.id.user)'s answer has waited \(seconds) s"))
        case .refuse(let rejection):
            try remove([(key, waiting)], of: waiting.id.user, transaction)
            transaction.deadLetter(waiting.record, rejection)
        }
    }

    private func judge(_ id: ResponseID, _ given: GivenAnswer, _ transaction: Transaction) throws -> Judgement {
        let order = try transaction.row(Orders.self, id.order.text)
        let response = order == nil ? nil : try transaction.row(Responses.self, Responses.key(id))
        let isOff = order.map { response?.isCancelled ?? true || !$0.isMeant(for: response?.resource) } ?? false
        let customer = isOff ? try transaction.row(Customers.self, id.user.text) : nil
        return Judgement(
            id, given, now: transaction.now, order: order, response: response, customer: customer)
    }

    /// Takes what waits for a customer who is on the list, by the times; the last of it. Answers from behind the
    /// planned end wait on: their order may be changed yet.
    private func admitWaiting(
        _ id: ResponseID, _ order: Order, _ response: inout Response, _ transaction: Transaction
    ) throws -> WaitingAnswer? {
        let waiting = try waiting(id, transaction).filter { order.decides($0.answer.given.by(transaction.now).at) }
        try remove(waiting, of: id.user, transaction)
        for (_, answer) in waiting { admit(answer, id, order, &response, transaction) }
        return waiting.last?.answer
    }

    /// Takes an answer that has waited, or gives it up.
    private func admit(
        _ waiting: WaitingAnswer, _ id: ResponseID, _ order: Order, _ response: inout Response,
        _ transaction: Transaction
    ) {
        do {
            try transaction.within(waiting.record.provenance) { () throws(Rejection) in
                try admit(waiting.given.by(transaction.now), id, order, &response, transaction)
            }
        } catch {
            transaction.deadLetter(waiting.record, error)
        }
    }

    /// Takes an answer of a customer who is on the list, and says so when that changes what holds. The row is the
    /// caller's to write.
    private func admit(
        _ given: GivenAnswer, _ id: ResponseID, _ order: Order, _ response: inout Response, _ transaction: Transaction
    ) throws(Rejection) {
        let judgement = Judgement(
            id, given, now: transaction.now, order: order, response: response, customer: nil)
        if case .refuse(let rejection) = judgement { throw rejection }
        guard response.take(given) else { return }
        let entry = response.entry(id)
        switch response.answer {
        case .accept:
            transaction.emit(AcceptChosen(entry, kind: order.kind(for: entry.resource)), key: id.user.text)
        case .deny: transaction.emit(DenyChosen(entry), key: id.user.text)
        case .ignore: break
        }
    }

    private func putAside(_ choice: Choice, _ given: GivenAnswer, _ transaction: Transaction) throws {
        let id = choice.id
        let toOrder = try transaction.keys(
            WaitingAnswers.self, prefix: WaitingAnswers.prefix(id), atMost: WaitingAnswers.limitToOrder)
        guard toOrder.count < WaitingAnswers.limitToOrder else {
            throw Rejection.refused(
                "\(WaitingAnswers.limitToOrder) answers of customer \(id.user) to order \(id.order) are already waiting, which is the "
                    + "limit")
        }
        let countKey = WaitingAnswers.countKey(id.user)
        var count = try transaction.row(WaitingAnswers.self, countKey)?.count ?? WaitingCount()
        guard count.waiting(at: transaction.now) < WaitingAnswers.limit else {
            throw Rejection.refused(
                "\(WaitingAnswers.limit) answers of customer \(id.user), to this and other orders, are already waiting, which is "
                    + "the limit")
        }
        let key = WaitingAnswers.key(id, transaction.source)
        let timer = transaction.setTimer(TimerKind.answer, key, at: transaction.now + settings.answerTimeout)
        let record =
            switch given.answer {
            case .deny: transaction.keep(orElse: Deny(choice), key: id.user.text)
            case .accept, .ignore: transaction.keep(orElse: Accept(choice), key: id.user.text)
            }
        let answer = WaitingAnswer(id, given, until: timer.due, record: record)
        transaction.put(WaitingAnswers.self, key, .answer(answer))
        count.add(until: timer.due, now: transaction.now)
        transaction.put(WaitingAnswers.self, countKey, .count(count))
    }

    /// By the times of the answers: in which order they were put aside from two topics their keys do not say.
    private func waiting(_ id: ResponseID, _ transaction: Transaction) throws -> [(key: String, answer: WaitingAnswer)]
    {
        var found: [(key: String, answer: WaitingAnswer)] = []
        try transaction.scan(WaitingAnswers.self, prefix: WaitingAnswers.prefix(id)) { key, row in
            if let answer = row.answer { found.append((key, answer)) }
            return true
        }
        guard found.count > 1 else { return found }
        return found.sorted { one, other in
            let (at, otherAt) = (one.answer.given.at, other.answer.given.at)
            return at == otherAt ? one.key.utf8.lexicographicallyPrecedes(other.key.utf8) : at < otherAt
        }
    }

    private func remove(
        _ waiting: [(key: String, answer: WaitingAnswer)], of user: UserID, _ transaction: Transaction
    ) throws {
        guard !waiting.isEmpty else { return }
        for (key, answer) in waiting {
            transaction.delete(WaitingAnswers.self, key)
            transaction.cancel(Timer(kind: TimerKind.answer, id: key, due: answer.until))
        }
        let countKey = WaitingAnswers.countKey(user)
        guard let count = try transaction.row(WaitingAnswers.self, countKey)?.count else { return }
        if let rest = count.without(waiting.count) {
            transaction.put(WaitingAnswers.self, countKey, .count(rest))
        } else {
            transaction.delete(WaitingAnswers.self, countKey)
        }
    }
}
