import Contracts
package import JSON

/// One customer, or one resource of 국민DR, and one order: all that its baseline needs.
package struct BaselineQuestion: Sendable {
    package let id: String
    package let method: BaselineMethod
    package let rules: DayRules
    package let order: OrderTime
    package let firstOrder: OrderTime?
    package let subject: Subject

    package enum Subject: Sendable {
        /// Readings before the check; with those that came late, nil without.
        case customer(Readings, late: Readings?)
        /// Those who took part, in the order in which they are named.
        case resource([(name: String, readings: Readings)])
    }

    package init(_ fields: borrowing Fields, _ catalogue: MethodCatalogue, _ zone: Zone = .korea) throws {
        id = try QuestionFields.id(fields)
        rules = try QuestionFields.rules(fields)
        let order = try Self.order(fields, "order", zone)
        self.order = order
        firstOrder = fields.has("firstOrder") ? try Self.order(fields, "firstOrder", zone) : nil
        if let firstOrder, firstOrder.day != order.day {
            throw QuestionError("field \"firstOrder\" is of \(firstOrder.day), the order of \(order.day)")
        }
        method = try catalogue.method(fields, on: order.day)
        subject =
            fields.isThere("customers")
            ? .resource(try Self.participants(fields, zone)) : try Self.customer(fields, zone)
    }

    private static func order(_ fields: borrowing Fields, _ name: String, _ zone: Zone) throws -> OrderTime {
        var order: OrderTime?
        try NestedFields.object(fields, name) { fields in
            let (startsAt, endsAt): (Timestamp, Timestamp) = (
                try fields.required("startsAt"), try fields.required("endsAt")
            )
            guard startsAt.milliseconds.isMultiple(of: 60_000), endsAt.milliseconds.isMultiple(of: 60_000) else {
                throw QuestionError("it does not start and end at a whole minute")
            }
            let (start, end) = (zone.minute(of: startsAt), zone.minute(of: endsAt))
            guard QuestionLimits.order.contains(end - start) else {
                throw QuestionError("it lasts \(end - start) minutes: at least 1 and at most \(Day.minutes) are taken")
            }
            let noticeAt: Timestamp? = try fields.optional("noticeAt")
            order = OrderTime(start..<end, noticeAt: noticeAt.map(zone.minute))
        }
        guard let order else { throw QuestionError("field \"\(name)\" is missing") }
        return order
    }

    private static func customer(_ fields: borrowing Fields, _ zone: Zone) throws -> Subject {
        let readings = try QuestionFields.readings(fields, zone)
        guard fields.isThere("late"), try !fields.objects(named: "late", atMost: QuestionLimits.batches).isEmpty else {
            return .customer(readings, late: nil)
        }
        var late = readings
        try QuestionFields.record(fields, "late", zone, into: &late)
        return .customer(readings, late: late)
    }

    /// Those whom `participants` names, in its order; `customers` may have others.
    static func participants(
        _ fields: borrowing Fields, _ zone: Zone
    ) throws -> [(name: String, readings: Readings)] {
        let names = try fields.strings("participants", atMost: QuestionLimits.customers)
        var customers: [(name: String, readings: Readings)] = []
        var seen: Set<String> = []
        try NestedFields.object(fields, "customers") { fields in
            for name in names {
                guard seen.insert(name).inserted else {
                    throw QuestionError("participant \(name.shown) is there twice")
                }
                guard fields.isThere(name) else { throw QuestionError("participant \(name.shown) is not there") }
                var readings = Readings()
                try QuestionFields.record(fields, name, zone, into: &readings)
                customers.append((name, readings))
            }
        }
        return customers
    }
}
