import Contracts
import Workers

/// Asking everybody, and saving what they said. Each step does a bounded number of rows and leaves in the order's row
/// how far it came, so that answers are taken between two steps and a crash loses nothing.
extension ResponseWorker {
    func makeList(_ list: MakeList, _ transaction: Transaction) throws {
        let key = list.order.text
        guard try transaction.row(Orders.self, key) == nil else { return }
        let course = try transaction.row(EarlyEndings.self, key)
        if course != nil { transaction.delete(EarlyEndings.self, key) }
        let order = Order(list, course ?? Course())
        transaction.put(Orders.self, key, order)
        transaction.put(
            OrdersByTime.self, OrdersByTime.key(list.announcedAt, list.order), OrdersByTime.Row(list.order))
        if order.state == .settling { transaction.setTimer(TimerKind.list, key, at: transaction.now) }
        try transaction.armSweep()
    }

    func saveList(_ list: SaveList, _ transaction: Transaction) throws {
        let key = list.order.text
        let partition = list.passedBy ?? transaction.partition
        guard partition < transaction.partitions else {
            throw Rejection.refused("there is no partition \(partition) that could have passed the order's end")
        }
        let known = try known(list.order, transaction)
        guard known.course.cancellation == nil, known.course.ending?.hasPassed(partition) != true else { return }
        if list.passedBy == nil {
            // Once: that this partition has passed is noted with it.
            var passed = list
            passed.passedBy = partition
            for other in 0..<transaction.partitions where other != partition {
                transaction.send(passed, key: key, to: other)
            }
        }
        try note(list.order, transaction) { order in
            order.end(at: list.endsAt, passedBy: partition, among: transaction.partitions)
        } early: { course in
            course.end(at: list.endsAt, passedBy: partition)
        }
    }

    func changeList(_ list: ChangeList, _ transaction: Transaction) throws {
        let change = Course.Change(version: list.version, endsAt: list.endsAt, targets: list.targets)
        try note(list.order, transaction) {
            $0.change(change)
        } early: {
            $0.hear(change, at: transaction.time)
        }
    }

    func cancelList(_ list: CancelList, _ transaction: Transaction) throws {
        let cancellation = Course.Cancellation(at: list.cancelledAt, reason: list.reason)
        try note(list.order, transaction) {
            $0.cancel(cancellation)
        } early: {
            _ = $0.cancel(cancellation)
        }
    }

    /// What the shard knows of an order: the order, or what it has been told of it before.
    func known(_ id: OrderID, _ transaction: Transaction) throws -> (order: Order?, course: Course) {
        if let order = try transaction.row(Orders.self, id.text) { return (order, order.course) }
        return (nil, try transaction.row(EarlyEndings.self, id.text) ?? Course())
    }

    /// Notes what has become of an order.
    /// - Parameter change: whether steps begin with it.
    private func note(
        _ id: OrderID, _ transaction: Transaction, _ change: (inout Order) -> Bool, early: (inout Course) -> Void
    ) throws {
        let known = try known(id, transaction)
        guard var order = known.order else {
            var course = known.course
            early(&course)
            if course != known.course { transaction.put(EarlyEndings.self, id.text, course) }
            return
        }
        if change(&order) {
            // Behind the last step of asking, which may have fired in this millisecond: a timer of the same time would
            // be the same, and so would the ids of its events.
            transaction.setTimer(TimerKind.list, id.text, at: transaction.now + .milliseconds(1))
        }
        if order != known.order { transaction.put(Orders.self, id.text, order) }
    }

    /// The next step on a list, whatever it is.
    func step(_ id: OrderID, _ transaction: Transaction) throws {
        guard var order = try transaction.row(Orders.self, id.text) else { return }
        let cursor: String?
        switch order.state {
        case .settling, .closing: cursor = try settle(id, after: order.cursor, transaction)
        case .asking: cursor = try askSome(id, order, transaction)
        case .changing: cursor = try changeSome(id, order, transaction)
        case .saving: cursor = try saveSome(id, order, transaction)
        case .cancelling: cursor = try cancelSome(id, order, transaction)
        case .open, .saved, .cancelled: return
        }
        var goesOn = true
        if let cursor { order.advance(to: cursor) } else { goesOn = order.finishState(among: transaction.partitions) }
        transaction.put(Orders.self, id.text, order)
        if goesOn { transaction.setTimer(TimerKind.list, id.text, at: transaction.time) }
    }

    /// Asks those who have answered before the order came, and takes what was answered in time when it has ended. Like
    /// the others gives the last key, or nil when none are left.
    private func settle(_ id: OrderID, after cursor: String, _ transaction: Transaction) throws -> String? {
        let keys = try transaction.keys(
            WaitingAnswers.self, prefix: WaitingAnswers.prefix(id), after: cursor, atMost: settings.stepRows)
        for key in keys { try reconsider(key, isDue: false, transaction) }
        return keys.count < settings.stepRows ? nil : keys.last
    }

    private func askSome(_ id: OrderID, _ order: Order, _ transaction: Transaction) throws -> String? {
        var customers: [(id: String, row: Customer)] = []
        try transaction.scan(Customers.self, after: order.cursor) { key, customer in
            customers.append((key, customer))
            return customers.count < settings.stepRows
        }
        guard let last = customers.last?.id else { return nil }
        var asked = try askedAlready(id, after: order.cursor, through: last, transaction)[...]
        for (user, customer) in customers {
            let key = Responses.prefix(id) + user
            if let next = asked.first, next.utf8.elementsEqual(key.utf8) {
                asked.removeFirst()
            } else if order.asks(customer) {
                let response = Response(customer, on: order)
                transaction.put(Responses.self, key, response)
                transaction.emit(ListMade(response.entry(ResponseID(id, UserID(text: user)))), key: user)
            }
        }
        return customers.count < settings.stepRows ? nil : last
    }

    /// The keys of the responses between two customers: one scan for a whole step. Each is the key of one of the step's
    /// customers, and they come in the same order.
    private func askedAlready(
        _ id: OrderID, after first: String, through last: String, _ transaction: Transaction
    ) throws -> [String] {
        let prefix = Responses.prefix(id)
        let end = prefix + last
        var keys: [String] = []
        try transaction.scan(Responses.self, prefix: prefix, after: prefix + first) { key, _ in
            guard !end.utf8.lexicographicallyPrecedes(key.utf8) else { return false }
            keys.append(key)
            return true
        }
        return keys
    }

    private func saveSome(_ id: OrderID, _ order: Order, _ transaction: Transaction) throws -> String? {
        try forSome(id, order, transaction) { response, id in
            guard !response.isSaved else { return false }
            save(&response, id, order, transaction)
            return true
        }
    }

    private func changeSome(_ id: OrderID, _ order: Order, _ transaction: Transaction) throws -> String? {
        try forSome(id, order, transaction) { response, id in
            if response.isCancelled { return try askAgain(&response, id, order, transaction) }
            guard order.isMeant(for: response.resource) else {
                guard response.cancel() else { return false }
                let reason = "the order asks others now"
                transaction.emit(ListCancelled(response.entry(id), reason: reason), key: id.user.text)
                return true
            }
            guard response.move(order) else { return false }
            let kind = response.answer == .accept ? order.kind(for: response.resource) : nil
            transaction.emit(ListChanged(response.entry(id), kind: kind), key: id.user.text)
            return true
        }
    }

    /// Who was taken off when an order asked others, and is asked now. Whether he is.
    private func askAgain(
        _ response: inout Response, _ id: ResponseID, _ order: Order, _ transaction: Transaction
    ) throws -> Bool {
        guard order.asksOthers, let customer = try transaction.row(Customers.self, id.user.text), order.asks(customer)
        else { return false }
        response.reopen(order)
        response.learn(customer, order)
        ask(response, id, order, transaction)
        return true
    }

    /// Says that a customer is asked; and where he is asked again and had accepted, that this holds.
    func ask(_ response: Response, _ id: ResponseID, _ order: Order, _ transaction: Transaction) {
        let entry = response.entry(id)
        transaction.emit(ListMade(entry), key: id.user.text)
        guard entry.answer == .accept else { return }
        // He said so before, and not with whatever has him asked again.
        transaction.within(Provenance(trace: transaction.trace)) {
            transaction.emit(AcceptChosen(entry, kind: order.kind(for: entry.resource)), key: id.user.text)
        }
    }

    private func cancelSome(_ id: OrderID, _ order: Order, _ transaction: Transaction) throws -> String? {
        let reason = order.course.cancellation?.reason ?? ""
        return try forSome(id, order, transaction) { response, id in
            guard response.cancel() else { return false }
            transaction.emit(ListCancelled(response.entry(id), reason: reason), key: id.user.text)
            return true
        }
    }

    /// A step over the order's responses.
    /// - Parameter change: whether it has changed the response.
    private func forSome(
        _ id: OrderID, _ order: Order, _ transaction: Transaction, _ change: (inout Response, ResponseID) throws -> Bool
    ) throws -> String? {
        let prefix = Responses.prefix(id)
        var responses: [(user: String, row: Response)] = []
        try transaction.scan(Responses.self, prefix: prefix, after: prefix + order.cursor) { key, response in
            responses.append((String(key.utf8.dropFirst(prefix.utf8.count)) ?? "", response))
            return responses.count < settings.stepRows
        }
        for (user, response) in responses {
            var response = response
            guard try change(&response, ResponseID(id, UserID(text: user))) else { continue }
            transaction.put(Responses.self, prefix + user, response)
        }
        return responses.count < settings.stepRows ? nil : responses.last?.user
    }
}
