import Baselines
import JSON
package import Market

extension SettlementRules {
    /// Reads and checks a file of rules.
    /// - Throws: all that is wrong with it, up to `MarketFaults.most`.
    package init(_ text: [UInt8]) throws(MarketFaults) {
        let faults = FaultList(isStrict: true)
        guard let kinds = Self.kinds(text, faults), faults.isEmpty else { throw faults.faults }
        self.init(kinds: kinds)
    }

    private static func kinds(_ text: [UInt8], _ faults: FaultList) -> [SettledKind]? {
        let document: JSONDocument
        do throws(JSONDocument.Fault) {
            document = try JSONDocument(text, members: SettlementLimits.members)
        } catch {
            let why =
                error.reason == .tooManyMembers
                ? "has more than \(SettlementLimits.members) fields and elements" : error.reason.rawValue
            faults.add(error.line, "", why)
            return nil
        }
        guard let object = MarketObject(document, document.root, "", ["about", "kinds"], faults) else { return nil }
        _ = object.text("about", atMost: 2000)
        guard object.required("kinds") != nil else { return nil }
        var kinds: [SettledKind] = []
        let elements = object.elements("kinds", atMost: SettlementLimits.kinds)
        if elements.isEmpty { object.complain("kinds", "is empty: no order can be settled") }
        for (node, place) in elements {
            guard let kind = SettledKind(document, node, place, faults) else { continue }
            if kinds.contains(where: { $0.id == kind.id }) {
                faults.add(node.line, "\(place).id", "is \(kind.id.shown), as that of another kind is")
            }
            kinds.append(kind)
        }
        return kinds
    }
}

extension SettledKind {
    /// nil, with faults, where it is none.
    init?(_ document: JSONDocument, _ node: JSONDocument.Node, _ path: String, _ faults: FaultList) {
        guard let object = MarketObject(document, node, path, ["id", "terms"], faults),
            object.required("id") != nil, object.required("terms") != nil
        else { return nil }
        let id = object.text("id", atMost: 50)
        var terms: [SettlementTerms] = []
        let elements = object.elements("terms", atMost: SettlementLimits.terms)
        if elements.isEmpty { object.complain("terms", "is empty: nothing holds at any time") }
        for (node, place) in elements {
            guard let one = SettlementTerms(document, node, place, faults) else { continue }
            if terms.contains(where: { $0.from == one.from }) {
                faults.add(node.line, "\(place).from", "is \(one.from), as that of other terms of this kind is")
            }
            terms.append(one)
        }
        guard let id else { return nil }
        self.init(id: id, terms: terms.sorted { $0.from < $1.from })
    }
}

extension SettlementTerms {
    private static let common = [
        "from", "source", "pay", "mgp", "smp", "rbp", "capacity", "listWorkingDays", "toleranceWon",
    ]
    private static let credited = [
        "creditedPercent", "fullPercent", "shortfallDivisor", "shortfallFactor", "stopDays", "stopBelowPercent",
    ]
    private static let reward = ["rewardHours", "noticeMin", "noticeDivisor"]

    /// nil, with faults, where they are none.
    init?(_ document: JSONDocument, _ node: JSONDocument.Node, _ path: String, _ faults: FaultList) {
        let known = Self.common + Self.credited + Self.reward
        guard let object = MarketObject(document, node, path, known, faults),
            object.required("from") != nil, object.required("pay") != nil
        else { return nil }
        let (from, word) = (object.day("from"), object.choice("pay", Pay.Word.self))
        source = object.text("source", atMost: 200)
        prices = SettlementPrices(
            mgp: object.number("mgp", in: SettlementLimits.energyPrice, decimals: 3),
            smp: object.number("smp", in: SettlementLimits.energyPrice, decimals: 3),
            rbp: object.number("rbp", in: SettlementLimits.capacityPrice, decimals: 3),
            capacity: object.number("capacity", in: SettlementLimits.capacityPrice, decimals: 3))
        listWorkingDays = object.number("listWorkingDays", in: 0...100)
        toleranceWon = object.number("toleranceWon", in: 0...1_000_000_000) ?? 0
        guard let from, let word else { return nil }
        for name in word == .credited ? Self.reward : Self.credited where object[name] != nil {
            object.complain(name, "says nothing where \"pay\" is \(word.rawValue)")
        }
        self.from = from
        switch word {
        case .credited:
            guard let terms = CreditedTerms(object) else { return nil }
            pay = .credited(terms)
        case .reward:
            guard let terms = RewardTerms(object) else { return nil }
            pay = .reward(terms)
        }
    }
}

extension MarketObject {
    /// A number that has to be there.
    fileprivate func needed(_ name: String, in bounds: ClosedRange<Int64>, decimals: Int = 0) -> Int64? {
        required(name) == nil ? nil : number(name, in: bounds, decimals: decimals)
    }
}

extension CreditedTerms {
    init?(_ object: MarketObject) {
        let credited = object.needed("creditedPercent", in: 1000...1_000_000, decimals: 3)
        let full = object.needed("fullPercent", in: 0...1_000_000, decimals: 3)
        let divisor = object.needed("shortfallDivisor", in: 1...1000)
        let factor = object.needed("shortfallFactor", in: 0...1000)
        let days = object.needed("stopDays", in: 1...100)
        let below = object.needed("stopBelowPercent", in: 0...1_000_000, decimals: 3)
        guard let credited, let full, let divisor, let factor, let days, let below else { return nil }
        guard full <= credited else {
            object.complain("fullPercent", "is more than \"creditedPercent\": no order could be paid in full")
            return nil
        }
        self.init(
            creditedMilliPercent: credited, fullMilliPercent: full, shortfallDivisor: divisor, shortfallFactor: factor,
            stopDays: days, stopBelowMilliPercent: below)
    }
}

extension RewardTerms {
    init?(_ object: MarketObject) {
        let hours = object.needed("rewardHours", in: 1...1000)
        let notice = object.needed("noticeMin", in: 0...10_080)
        let divisor = object.needed("noticeDivisor", in: 1...1000)
        guard let hours, let notice, let divisor else { return nil }
        self.init(rewardHours: hours, noticeMin: notice, noticeDivisor: divisor)
    }
}
