import Baselines
import Contracts
import JSON
import Market
import Workers

/// Which resources there are, and which of them an order asks. As of markets, one partition takes what is said of them
/// and tells the others: so they are counted in one place, and by the newest market.
extension DRWorker {
    func register(_ register: RegisterResource, _ transaction: Transaction) throws {
        let market = try market(transaction)
        let known = try transaction.row(Resources.self, register.resource.id.text)?.registered
        let resource = try checked(register.resource, known?.resource, in: market, transaction)
        if let known, known.resource.isSame(as: resource) {
            // Whoever has sent it hears that it is so: the row is the answer.
            return transaction.put(Resources.self, resource.id.text, Resources.Row(known))
        }
        let isFull =
            try known == nil
            && transaction.keys(Orders.self, prefix: Resources.prefix, atMost: Limits.resources).count
                >= Limits.resources
        guard !isFull else {
            throw Rejection.refused(
                "resource \(resource.id) is one too many: there are \(Limits.resources), which is the limit")
        }
        let registered = RegisteredResource(resource, version: (known?.version ?? 0) + 1)
        transaction.put(Resources.self, resource.id.text, Resources.Row(registered))
        for partition in 0..<transaction.partitions {
            transaction.emit(ResourceRegistered(registered), key: resource.id.text, to: partition)
            if partition != transaction.partition {
                transaction.send(UseResource(registered), key: resource.id.text, to: partition)
            }
        }
    }

    func useResource(_ use: UseResource, _ transaction: Transaction) throws {
        let key = use.registered.resource.id.text
        // Dead letters that are replayed come late.
        let version = try transaction.row(Resources.self, key)?.registered.version ?? 0
        guard use.registered.version > version else { return }
        transaction.put(Resources.self, key, Resources.Row(use.registered))
    }

    /// What is said of a resource, with the day from which it holds, if it can be so.
    private func checked(
        _ said: Resource, _ known: Resource?, in market: Market, _ transaction: Transaction
    ) throws(Rejection) -> Resource {
        var resource = said
        guard let kind = market.kinds.first(where: { $0.id.hasSameBytes(said.kind) }) else {
            let kinds = market.kinds.map(\.id).joined(separator: ", ")
            throw .refused("resource \(said.id): there is no kind \(said.kind.shown); write one of \(kinds)")
        }
        if let known, !known.kind.hasSameBytes(said.kind) || !known.region.hasSameBytes(said.region) {
            throw .conflict(
                "resource \(said.id) is of kind \(known.kind) \(known.place), which cannot change: another one needs "
                    + "another id")
        }
        if let method = said.method {
            let names = kind.rules.flatMap(\.choices)
            guard names.contains(where: method.hasSameBytes) else {
                let known = Set(names).sorted().joined(separator: ", ")
                throw .refused("resource \(said.id): there is no method \(method.shown); write one of \(known)")
            }
        }
        if let from = said.from {
            guard Day(from) != nil else { throw .refused("resource \(said.id): there is no day \(from)") }
        } else {
            resource.from = known?.from
            let isOther = known?.isSame(as: resource) != true
            if isOther { resource.from = "\(Day(of: market.zone.minute(of: transaction.time)))" }
        }
        return resource
    }

    /// Whom an order of this kind asks, by the resources that this partition knows; nil: everybody, since there is no
    /// resource at all.
    /// - Parameter known: whom it asks already: their methods stay as they were when it was announced.
    func targets(
        _ wanted: WantedTargets, _ id: OrderID, kind: String, known: OrderTargets? = nil, _ transaction: Transaction
    ) throws -> OrderTargets? {
        var (isNone, ofKind) = (true, [Resource]())
        try transaction.scan(Resources.self, prefix: "", after: "") { _, row in
            isNone = false
            if row.registered.resource.kind.hasSameBytes(kind) { ofKind.append(row.registered.resource) }
            return true
        }
        func method(_ id: ResourceID) -> String? {
            if let known, known.resources.contains(id) { return known.method(of: id) }
            return ofKind.first { $0.id == id }?.method
        }
        guard !wanted.asksAll else {
            return isNone ? nil : OrderTargets(ofKind.map(\.id), isUnassigned: true, method: method)
        }
        var resources = wanted.resources
        for resource in resources where !ofKind.contains(where: { $0.id == resource }) {
            guard let other = try transaction.row(Resources.self, resource.text)?.registered.resource else {
                throw Rejection.refused("order \(id): there is no resource \(resource); RegisterResource makes one")
            }
            throw Rejection.refused("order \(id) is of kind \(kind), and resource \(resource) of kind \(other.kind)")
        }
        for region in wanted.regions {
            let inside = ofKind.filter { $0.region.hasSameBytes(region) }
            guard !inside.isEmpty else {
                throw Rejection.refused("order \(id): there is no resource of kind \(kind) in region \(region.shown)")
            }
            resources += inside.map(\.id)
        }
        return OrderTargets(resources, method: method)
    }

    /// What of an order's quantity each of its resources is to reduce: the share that its capacity is of those of all.
    /// Empty where the order says no quantity, or also asks customers of no resource, of whom no share is known.
    func parts(of order: Order, _ transaction: Transaction) throws -> [Int64] {
        guard let quantity = order.quantity, let targets = order.targets, !targets.isUnassigned else { return [] }
        var capacities: [Int128] = []
        for resource in targets.resources {
            guard let known = try transaction.row(Resources.self, resource.text)?.registered.resource else { return [] }
            capacities.append(Int128(known.capacity))
        }
        let all = capacities.reduce(0, +)
        guard all > 0 else { return [] }
        // To the nearest Wh.
        return capacities.map { Int64((2 * Int128(quantity) * $0 + all) / (2 * all)) }
    }
}

extension Resource {
    fileprivate var place: String { region.map { "in region \($0)" } ?? "without a region" }

    /// By bytes, as its row and its events are.
    fileprivate func isSame(as other: Self) -> Bool {
        id == other.id && kind.hasSameBytes(other.kind) && region.hasSameBytes(other.region)
            && method.hasSameBytes(other.method) && (capacity, price) == (other.capacity, other.price)
            && from.hasSameBytes(other.from)
    }
}

extension String? {
    fileprivate func hasSameBytes(_ other: String?) -> Bool {
        guard let self, let other else { return self == nil && other == nil }
        return self.hasSameBytes(other)
    }
}
