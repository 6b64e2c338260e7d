package import Baselines
import Configuration
import Contracts
package import JSON

extension SettledOrder {
    private static let fields = [
        "id", "resource", "kind", "test", "noticeMin", "hours", "prices", "capacityPayWon", "penaltiesBeforeWon",
        "earlierDays", "kpxWon",
    ]

    /// - Parameter zone: by whose clock days are meant.
    package init(_ fields: borrowing Fields, _ zone: Zone = .korea) throws {
        try fields.expect(Self.fields)
        let hours = try fields.all("hours", atMost: SettlementLimits.hours) { try Hour($0) }
        guard let first = hours.first else { throw SettlementError("hours is empty: nothing was ordered") }
        let day = Day(of: zone.minute(of: first.startsAt))
        for (one, next) in zip(hours, hours.dropFirst()) where next.startsAt <= one.startsAt {
            throw SettlementError("the hour of \(next.startsAt) does not lie behind that of \(one.startsAt)")
        }
        if let last = hours.last, Day(of: zone.minute(of: last.startsAt)) != day {
            throw SettlementError("the hour of \(last.startsAt) is not of \(day), as the first one is")
        }
        self.init(
            id: fields.has("id") ? try fields.identifier("id", atMost: 200) : "",
            kind: try fields.text("kind", atMost: 50), day: day, hours: hours)
        resource = try fields.optionalText("resource")
        isTest = try fields.optional("test") ?? false
        noticeMin = try fields.optional("noticeMin", in: SettlementLimits.notice)
        prices = try fields.prices()
        capacityPayWon = try fields.optional("capacityPayWon", in: 0...SettlementLimits.won.upperBound)
        penaltiesBeforeWon = try fields.optional("penaltiesBeforeWon", in: 0...SettlementLimits.won.upperBound) ?? 0
        earlierDays = try fields.all("earlierDays", atMost: SettlementLimits.days) { try OrderDay($0) }
        if let late = earlierDays.first(where: { $0.day > day }) {
            throw SettlementError("earlierDays has \(late.day), which lies behind the order's day, \(day)")
        }
        kpxWon = try fields.optional("kpxWon", in: SettlementLimits.won)
    }
}

extension SettledOrder.Hour {
    fileprivate init(_ fields: borrowing Fields) throws {
        try fields.expect(["startsAt", "orderedWh", "baselineWh", "usedWh", "mgp", "smp", "kpxKWh"])
        self.init(
            startsAt: try fields.required("startsAt"),
            orderedWh: try fields.optional("orderedWh", in: SettlementLimits.orderedWh),
            baselineMilliWh: try fields.optional("baselineWh", decimals: 3, in: SettlementLimits.milliWh),
            usedMilliWh: try fields.optional("usedWh", decimals: 3, in: SettlementLimits.milliWh))
        for name in ["baselineWh", "usedWh"] where !fields.isThere(name) {
            throw SettlementError("field \"\(name)\" is missing: write null where a reading is")
        }
        prices.mgp = try fields.optional("mgp", decimals: 3, in: SettlementLimits.energyPrice)
        prices.smp = try fields.optional("smp", decimals: 3, in: SettlementLimits.energyPrice)
        kpxKWh = try fields.optional("kpxKWh", in: SettlementLimits.kWh)
    }
}

extension OrderDay {
    fileprivate init(_ fields: borrowing Fields) throws {
        try fields.expect(["day", "orderedWh", "reducedWh"])
        let text: String = try fields.required("day")
        guard let day = Day(text) else { throw SettlementError("day is \(text.shown), no date as 2026-11-20") }
        self.init(
            day: day, orderedWh: try fields.required("orderedWh", in: 1...SettlementLimits.dayWh.upperBound),
            reducedWh: try fields.required("reducedWh", in: SettlementLimits.dayWh))
    }
}

extension Fields {
    /// Refuses a field that means nothing: a typing error in one of these costs money.
    func expect(_ known: [String]) throws {
        guard let name = fieldNames.first(where: { !known.contains($0) }) else { return }
        let hint = nearest(to: name, in: known).map { "did you mean \"\($0)\"?" }
        throw SettlementError(
            "field \(name.shown) is not known: \(hint ?? "there are \(known.joined(separator: ", "))")")
    }

    /// The objects of an array; without such a field there are none.
    fileprivate func all<Element>(
        _ name: String, atMost limit: Int, _ element: (borrowing Fields) throws -> Element
    ) throws -> [Element] {
        guard isThere(name) else { return [] }
        var reader = JSONReader()
        return try objects(named: name, atMost: limit).enumerated().map { position, text in
            guard let text else { throw SettlementError("\(name)[\(position)] is no object") }
            var found: Element?
            do { try reader.read(text.span) { found = try element($0) } } catch {
                throw SettlementError("in \(name)[\(position)]: \(error)")
            }
            guard let found else { throw SettlementError("\(name)[\(position)] is no object") }
            return found
        }
    }

    fileprivate func prices() throws -> SettlementPrices {
        guard isThere("prices") else { return SettlementPrices() }
        guard case .object(let text) = try loose("prices", atMost: 0) else {
            throw SettlementError("field \"prices\" is no object")
        }
        var prices = SettlementPrices()
        var reader = JSONReader()
        do {
            try reader.read(text.span) { fields in
                try fields.expect(["mgp", "smp", "rbp", "capacity"])
                prices.mgp = try fields.optional("mgp", decimals: 3, in: SettlementLimits.energyPrice)
                prices.smp = try fields.optional("smp", decimals: 3, in: SettlementLimits.energyPrice)
                prices.rbp = try fields.optional("rbp", decimals: 3, in: SettlementLimits.capacityPrice)
                prices.capacity = try fields.optional("capacity", decimals: 3, in: SettlementLimits.capacityPrice)
            }
        } catch { throw SettlementError("in prices: \(error)") }
        return prices
    }
}
