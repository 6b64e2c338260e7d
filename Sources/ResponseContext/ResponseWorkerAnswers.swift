import Contracts
import Workers

/// Taking answers.
///
/// Who is on a list has no answers waiting for it: whoever puts a customer there applies them. So the steps that ask everybody
/// need not look for any.
extension ResponseWorker {
    func choose(_ answer: Answer, _ choice: Choice, _ transaction: Transaction) throws {
        let given = GivenAnswer(answer, at: transaction.time, channel: choice.channel)
        switch try judge(choice.id, at: given.at, transaction) {
        case .take(let order, var response):
            try admit(given, choice.id, order, &response, transaction)
            transaction.put(Responses.self, Responses.key(choice.id), response)
        case .ask(let order, let customer): try enlist(customer, choice.id, order, with: given, transaction)
        case .wait: try putAside(choice.id, given, transaction)
        case .refuse(let rejection): throw rejection
        }
    }

    /// Puts a customer on a list, unless there already, with the answers that wait for that and with one that has just come.
    /// When it is too late for anybody else to save the place, it is saved too.
    func enlist(
        _ customer: Customer, _ id: ResponseID, _ order: Order, with given: GivenAnswer? = nil,
        _ transaction: Transaction
    ) throws {
        let known = try transaction.row(Responses.self, Responses.key(id))
        var response = known ?? Response(customer, on: order)
        if known == nil { transaction.emit(ListMade(response.entry(id)), key: id.user.text) }
        for (key, waiting) in try waiting(id, transaction) {
            remove(key, waiting, transaction)
            do {
                try transaction.within(waiting.record.trace) { () throws(Rejection) in
                    try admit(waiting.given, id, order, &response, transaction)
                }
            } catch {
                transaction.deadLetter(waiting.record, error)
            }
        }
        if let given { try admit(given, id, order, &response, transaction) }
        if order.isSaved(upTo: id.user), !response.isSaved { save(&response, id, order, transaction) }
        if response != known { transaction.put(Responses.self, Responses.key(id), response) }
    }

    /// States the answer that counts. The row is the caller's to write.
    func save(_ response: inout Response, _ id: ResponseID, _ order: Order, _ transaction: Transaction) {
        response.save(order)
        transaction.emit(ListSaved(response.entry(id)), key: id.user.text)
    }

    /// Looks again at an answer that waits.
    func reconsider(_ key: String, givesUp: Bool, _ transaction: Transaction) throws {
        // It may have been taken with another one of the same customer.
        guard let waiting = try transaction.row(WaitingAnswers.self, key) else { return }
        switch try judge(waiting.id, at: waiting.given.at, transaction) {
        case .take(let order, var response):
            remove(key, waiting, transaction)
            try transaction.within(waiting.record.trace) { () throws(Rejection) in
                try admit(waiting.given, waiting.id, order, &response, transaction)
            }
            transaction.put(Responses.self, Responses.key(waiting.id), response)
        case .ask(let order, let customer): try enlist(customer, waiting.id, order, transaction)
        case .wait(let missing):
            guard givesUp else { return }
            remove(key, waiting, transaction)
            let seconds = settings.patience.components.seconds
            transaction.deadLetter(
                waiting.record,
                .notFound("\(missing): customer \(waiting.id.user)'s answer to it has waited \(seconds) s"))
        case .refuse(let rejection):
            remove(key, waiting, transaction)
            transaction.deadLetter(waiting.record, rejection)
        }
    }

    private func judge(_ id: ResponseID, at time: Timestamp, _ transaction: Transaction) throws -> Judgement {
        let order = try transaction.row(Orders.self, id.order.text)
        let response = order == nil ? nil : try transaction.row(Responses.self, Responses.key(id))
        let isOff = order != nil && response == nil
        let customer = isOff ? try transaction.row(Customers.self, id.user.text) : nil
        return Judgement(id, at: time, order: order, response: response, customer: customer)
    }

    /// Takes an answer of a customer who is on the list, and says so when that changes what holds. The row is the caller's to
    /// write.
    private func admit(
        _ given: GivenAnswer, _ id: ResponseID, _ order: Order, _ response: inout Response, _ transaction: Transaction
    ) throws(Rejection) {
        if case .refuse(let rejection) = Judgement(id, at: given.at, order: order, response: response, customer: nil) {
            throw rejection
        }
        guard response.take(given) else { return }
        let entry = response.entry(id)
        switch response.answer {
        case .accept: transaction.emit(AcceptChosen(entry), key: id.user.text)
        case .deny: transaction.emit(DenyChosen(entry), key: id.user.text)
        case .ignore: break
        }
    }

    private func putAside(_ id: ResponseID, _ given: GivenAnswer, _ transaction: Transaction) throws {
        guard try waiting(id, transaction).count < History.limit else {
            throw Rejection.refused("\(History.limit) answers of customer \(id.user) to order \(id.order) wait already")
        }
        let key = WaitingAnswers.key(id, offset: transaction.source.offset)
        let timer = transaction.wake(Wake.patience, key, at: transaction.now + settings.patience)
        transaction.put(
            WaitingAnswers.self, key, WaitingAnswer(id, given, until: timer.due, record: transaction.keep()))
    }

    private func waiting(_ id: ResponseID, _ transaction: Transaction) throws -> [(String, WaitingAnswer)] {
        var found: [(String, WaitingAnswer)] = []
        try transaction.scan(WaitingAnswers.self, prefix: WaitingAnswers.prefix(id)) { key, answer in
            found.append((key, answer))
            return true
        }
        return found
    }

    private func remove(_ key: String, _ waiting: WaitingAnswer, _ transaction: Transaction) {
        transaction.delete(WaitingAnswers.self, key)
        transaction.cancel(Timer(kind: Wake.patience, id: key, due: waiting.until))
    }
}
