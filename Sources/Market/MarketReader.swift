import Baselines
import Contracts
package import JSON

/// What a market may be, so that a record holds it and whatever it can cost is bounded.
package enum MarketLimits {
    /// Bytes without blanks between tokens: a record of 64 KiB holds them with what is around.
    package static let bytes = 60 * 1024
    /// Bytes of a file as people write it.
    package static let file = 256 * 1024
    /// Fields and elements: a record has 1,000 at the most.
    package static let members = 980
    package static let kinds = 30
    package static let rules = 20
    package static let holidays = 600
}

extension Market {
    static let fields = ["version", "about", "utcOffset", "otherKinds", "kinds", "holidays"]

    /// Reads and checks a market.
    /// - Parameter isStrict: whether a field that is not known is a fault. Not so in one that was checked before: a
    ///   later version of the program knows more.
    /// - Throws: all that is wrong with it, up to `MarketFaults.most`.
    package init(_ text: [UInt8], isStrict: Bool = true) throws(MarketFaults) {
        let faults = FaultList(isStrict: isStrict)
        guard let market = Self.read(text, faults), faults.isEmpty else { throw faults.faults }
        self = market
    }

    private static func read(_ text: [UInt8], _ faults: FaultList) -> Market? {
        let document: JSONDocument
        do throws(JSONDocument.Fault) {
            document = try JSONDocument(text, members: MarketLimits.members)
        } catch {
            let why =
                error.reason == .tooManyMembers
                ? "has more than \(MarketLimits.members) fields and elements" : error.reason.rawValue
            faults.add(error.line, "", why)
            return nil
        }
        guard let object = MarketObject(document, document.root, "", fields, faults) else { return nil }
        let compact = document.compact
        if compact.count > MarketLimits.bytes {
            faults.add(
                1, "", "has \(compact.count) bytes without blanks: at most \(MarketLimits.bytes) are allowed")
        }
        _ = object.text("about", atMost: 2000)
        _ = object.required("version")
        let version = object.number("version", in: Limits.version)
        let zone = zone(object)
        let kinds = kinds(object)
        let otherKinds = object.text("otherKinds", atMost: 50)
        if let otherKinds, !kinds.contains(where: { $0.id == otherKinds }) {
            object.complain("otherKinds", "is \(otherKinds.shown), which is none of the kinds")
        }
        guard let holidays = holidays(object), let version, let zone else { return nil }
        return Market(
            version: version, zone: zone, kinds: kinds, otherKinds: otherKinds, holidays: holidays.days,
            holidaysUntil: holidays.until, text: String(decoding: compact, as: UTF8.self))
    }

    private static func zone(_ object: MarketObject) -> Zone? {
        guard object.required("utcOffset") != nil, let text = object.text("utcOffset", atMost: 6) else { return nil }
        let bytes = Array(text.utf8)
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard bytes.count == 6, let sign = text.first, sign == "+" || sign == "-", parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours <= 14, minutes < 60,
            minutes.isMultiple(of: 15)
        else {
            object.complain("utcOffset", "is \(text.shown): write whole quarter hours, as +09:00")
            return nil
        }
        return Zone(utcOffset: .seconds((sign == "-" ? -60 : 60) * (hours * 60 + minutes)))
    }

    private static func kinds(_ object: MarketObject) -> [Kind] {
        guard object.required("kinds") != nil else { return [] }
        var kinds: [Kind] = []
        let elements = object.elements("kinds", atMost: MarketLimits.kinds)
        if elements.isEmpty { object.complain("kinds", "is empty: there is no order without a kind") }
        for (node, place) in elements {
            guard let kind = Kind(object.document, node, place, object.faults) else { continue }
            if kinds.contains(where: { $0.id == kind.id }) {
                object.faults.add(node.line, "\(place).id", "is \(kind.id.shown), as that of another kind is")
            }
            kinds.append(kind)
        }
        return kinds
    }

    private static func holidays(_ object: MarketObject) -> (days: Set<Day>, until: Day)? {
        guard let node = object.required("holidays"),
            let holidays = MarketObject(
                object.document, node, "holidays", ["source", "until", "days"], object.faults)
        else { return nil }
        _ = holidays.text("source", atMost: 500)
        _ = holidays.required("until")
        _ = holidays.required("days")
        let until = holidays.day("until")
        var days: Set<Day> = []
        for (node, place) in holidays.elements("days", atMost: MarketLimits.holidays) {
            guard let day = holidays.day(node, place) else { continue }
            if !days.insert(day).inserted { holidays.faults.add(node.line, place, "is \(day), which is there twice") }
            if let until, day > until {
                holidays.faults.add(node.line, place, "is \(day), behind \"until\", which is \(until)")
            }
        }
        return until.map { (days, $0) }
    }
}

extension Market {
    /// One that was checked when it was set, maybe by a later version: what this one does not know it passes over.
    package init(said text: String) throws(JSONError) {
        do throws(MarketFaults) { self = try Market(Array(text.utf8), isStrict: false) } catch {
            throw JSONError(field: "market", .outOfRange, found: "is no market: \(error)")
        }
    }
}
