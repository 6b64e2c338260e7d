package import Baselines
package import Contracts
package import JSON
package import Market

/// An order as the events of dr tell it.
package struct ReportedOrder: Sendable {
    package enum State: String, Sendable { case announced, ended, cancelled }

    package let id: OrderID
    package let name: String
    /// What its sender wrote.
    package let type: String
    /// The market's kind by whose rules it goes; nil for one of an earlier version.
    package let kind: String?
    package let startsAt: Timestamp
    /// The real end once it has ended.
    package private(set) var endsAt: Timestamp?
    package private(set) var state = State.announced
    package private(set) var reason: String?
    /// Wh an hour that were ordered; nil where nothing is said.
    package private(set) var quantityWh: Int64?
    /// Whom it asks; nil: everybody.
    package private(set) var targets: OrderTargets?
    /// It tests whether customers reduce.
    package let isTest: Bool
    /// When it was announced; nil where the event does not say.
    package let announcedAt: Timestamp?
    /// What KPX says of it, by the resource; of the whole order under an empty text, which no resource is called.
    package private(set) var stated: [ExactText: KpxFigureStated] = [:]
    private var version: Int64 = 0

    /// nil for any other event than a DRstarted.
    package init?(_ fields: borrowing Fields) throws {
        guard try fields.optional("eventType") == "\(DRStarted.type)" else { return nil }
        let started = try DRStarted(fields)
        (id, name, type, kind) = (started.id, started.name, started.kind, started.rules?.kind)
        (startsAt, endsAt, quantityWh) = (started.startsAt, started.endsAt, started.quantity)
        (targets, isTest, announcedAt) = (started.targets, started.isTest, try fields.optional("timestamp"))
    }

    /// Takes what has become of it; any other event changes nothing. That it has ended or was cancelled is final.
    package mutating func take(_ fields: borrowing Fields) throws {
        switch try fields.optional("eventType") as String? {
        case "\(DRChanged.type)":
            let changed = try DRChanged(fields)
            guard state == .announced, changed.version > version else { return }
            (version, endsAt, quantityWh) = (changed.version, changed.endsAt, changed.quantity ?? quantityWh)
            targets = changed.targets ?? targets
        case "\(DREnded.type)":
            let ended = try DREnded(fields)
            (state, endsAt, reason) = (.ended, ended.endsAt, ended.reason)
        case "\(DRCancelled.type)":
            let cancelled = try DRCancelled(fields)
            (state, reason) = (.cancelled, cancelled.reason)
        case "\(KpxFigureStated.type)":
            let figure = try KpxFigureStated(fields)
            let resource = ExactText(figure.figure.resource?.text ?? "")
            if figure.version > stated[resource]?.version ?? 0 { stated[resource] = figure }
        default: break
        }
    }

    /// What KPX says of a resource's part; where it is the only one, what it says of the whole order is that, too.
    package func stated(_ resource: String?, isOnly: Bool) -> KpxFigureStated? {
        resource.flatMap { stated[ExactText($0)] } ?? (isOnly ? stated[ExactText("")] : nil)
    }

    /// Whole minutes between announcement and start; nil where it was not announced before.
    package var noticeMin: Int64? {
        guard let announcedAt else { return nil }
        let minutes = (startsAt.milliseconds - announcedAt.milliseconds) / 60_000
        return minutes > 0 ? minutes : nil
    }

    /// By the market's clock; empty as long as it has no end.
    package func minutes(_ zone: Zone) -> Minutes {
        let start = zone.minute(of: startsAt)
        return start..<max(start, endsAt.map(zone.minute) ?? start)
    }

    /// By which it is settled; nil where there are none for its kind.
    package func terms(_ rules: SettlementRules, _ zone: Zone) -> SettlementTerms? {
        rules.terms(of: kind ?? type, on: Day(of: zone.minute(of: startsAt)))
    }

    /// What was ordered of the whole time, exactly, in Wh; nil where nothing is said, or there is no end.
    package var orderedWh: Fraction? {
        guard let quantityWh, let endsAt, endsAt > startsAt else { return nil }
        return Fraction(Int128(quantityWh) * Int128(endsAt.milliseconds - startsAt.milliseconds), over: 3_600_000)
    }
}

/// The day by which the list of those who took part is due.
package enum ListDueDay {
    /// So many working days behind the order's last day; nil where the market does not know its holidays that far.
    package static func day(behind last: Day, workingDays: Int64, _ market: Market) -> Day? {
        var (day, left) = (last, workingDays)
        while left > 0 {
            day = day + 1
            guard day <= market.holidaysUntil else { return nil }
            if market.isWorkday(day) { left -= 1 }
        }
        return day
    }
}
