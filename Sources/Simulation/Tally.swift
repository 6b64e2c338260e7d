import Contracts
import JSON

/// Takes events in and keeps what they say of the simulated customers and their order; others are passed over. Counts
/// for how many customers a condition holds, without looking at all of them again and again.
final class Tally {
    private(set) var customers: [Observed]
    private(set) var started: DRStarted?
    private(set) var ended: DREnded?
    /// What resources have reduced in the order: the last that was said of each.
    private(set) var reductions: [ResourceID: ResourceReduction] = [:]
    /// Resources that dr has taken.
    private(set) var resources: Set<ResourceID> = []
    /// Records of this run that were refused, each with where it is and why. None should be.
    private(set) var refusals: [String] = []
    private(set) var count = 0
    private let positions: [String: Int]
    private let order: OrderID
    private var condition: (Int, Observed) -> Bool = { _, _ in false }
    private var reader = JSONReader()

    init(_ population: Population, _ order: OrderID) {
        customers = Array(repeating: Observed(), count: population.customers.count)
        positions = Dictionary(
            uniqueKeysWithValues: population.customers.enumerated().map { ($1.id.text, $0) })
        self.order = order
    }

    /// Counts by another condition from now on: of a customer's place and what is known of him.
    func count(_ condition: @escaping (Int, Observed) -> Bool) {
        self.condition = condition
        count = customers.indices.count { condition($0, customers[$0]) }
    }

    /// The places of customers for whom the condition does not hold.
    var missing: [Int] { customers.indices.filter { !condition($0, customers[$0]) } }

    func take(_ record: borrowing IncomingRecord) throws {
        if let refusal = record.refusal { return refused(record, refusal) }
        let topic = record.topic
        do {
            try reader.read(record.value) { fields in try event(fields) }
        } catch let error as JSONError {
            throw SimulationError("\(topic) holds an event that cannot be read: \(error)")
        }
    }

    private func event(_ fields: borrowing Fields) throws {
        switch try fields.identifier("eventType") {
        case DRStarted.type.description:
            let event = try DRStarted(fields)
            if event.id == order { started = event }
        case DREnded.type.description:
            let event = try DREnded(fields)
            if event.id == order { ended = event }
        case ResourceRegistered.type.description:
            resources.insert(try ResourceRegistered(fields).registered.resource.id)
        case ResourceReduction.type.description:
            let said = try ResourceReduction(fields)
            guard said.order == order, said.version > reductions[said.resource]?.version ?? 0 else { return }
            reductions[said.resource] = said
        case UserRegistered.type.description:
            update(try UserRegistered(fields).user.id) { $0.registrations += 1 }
        case ListMade.type.description: update(try ListMade(fields).entry) { one, _ in one.asked += 1 }
        case AcceptChosen.type.description: update(try AcceptChosen(fields).entry) { $0.chosen = $1 }
        case DenyChosen.type.description: update(try DenyChosen(fields).entry) { $0.chosen = $1 }
        case ListSaved.type.description: update(try ListSaved(fields).entry) { $0.saved.append($1) }
        case ReductionCheck.type.description:
            let check = try ReductionCheck(fields)
            guard check.response.order == order else { return }
            update(check.response.user) { $0.checks.append(Observed.Check(check)) }
        case MeterReadings.type.description:
            let readings = try MeterReadings(fields)
            let day = KoreanTime.day(ofQuarter: KoreanTime.quarter(readings.startsAt))
            update(readings.user) { $0.days.insert(day) }
        case ContactSet.type.description: update(try ContactSet(fields).user) { $0.contacts += 1 }
        case NoticeAccepted.type.description:
            let news = try NoticeAccepted(fields).news
            guard news.key.subject.isOfOrder, news.key.reference == order.text else { return }
            update(news.key.user) { $0.told.insert(news.kind) }
        case PointChanged.type.description:
            let event = try PointChanged(fields)
            guard event.order == order else { return }
            update(event.user) { $0.payments.append(.init(change: event.change, balance: event.point)) }
        default: break
        }
    }

    private func update(_ entry: ListEntry, _ change: (inout Observed, Answer) -> Void) {
        if entry.id.order == order { update(entry.id.user) { change(&$0, entry.answer) } }
    }

    private func update(_ user: UserID, _ change: (inout Observed) -> Void) {
        guard let position = positions[user.text] else { return }
        let before = condition(position, customers[position])
        change(&customers[position])
        let after = condition(position, customers[position])
        if before != after { count += after ? 1 : -1 }
    }

    /// Ours by its key or by the order that its value names; others' mistakes are not this run's.
    private func refused(_ record: borrowing IncomingRecord, _ refusal: String) {
        let key = if let key = record.key { text(key) } else { "" }
        let value = text(record.value)
        guard positions[key] != nil || key == order.text || value.contains(order.text) else { return }
        refusals.append("\(record.topic) has a record of this run, refused because of \(refusal): \(value.prefix(300))")
    }
}

func text(_ bytes: Span<UInt8>) -> String {
    unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
}
