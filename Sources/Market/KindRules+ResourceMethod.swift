package import Baselines

/// A resource may choose another method than its kind's, by its name: one of KPX's four or the kind's own, and with
/// `+SAA` behind it the adjustment by the hours before the order.
extension KindRules {
    private static let withSAA = "+SAA"

    /// What a resource of the kind may choose.
    package var choices: [String] {
        let own = method.map { [$0.name] } ?? []
        let names = own + KPXRules.methods.map(\.name).filter { !own.contains($0) }
        return isAdjustable ? names + names.map { $0 + Self.withSAA } : names
    }

    /// 국민DR leaves out a customer with a gap in the order, and knows no adjustment.
    private var isAdjustable: Bool { method?.gaps.order != .customer }

    /// The method of this name, as the kind has it: what a gap means and which days are dropped for their use stays the
    /// kind's; how many days are averaged, and whether there is an adjustment, is the resource's. nil where there is
    /// none.
    package func method(of choice: String) -> BaselineMethod? {
        let hasSAA = choice.hasSuffix(Self.withSAA)
        let name = hasSAA ? String(choice.dropLast(Self.withSAA.count)) : choice
        guard isAdjustable || !hasSAA else { return nil }
        if let method, method.name == choice { return method }
        if let method, method.name == name { return method.adjustedBefore }
        guard var chosen = KPXRules.method(name, KPXRules.Terms(hasSAA: hasSAA)) else { return nil }
        if let method {
            (chosen.gaps, chosen.useRules, chosen.shortage) = (method.gaps, method.useRules, method.shortage)
        }
        return chosen
    }
}

extension BaselineMethod {
    /// With the SAA of KPX's methods.
    fileprivate var adjustedBefore: Self {
        var method = self
        method.adjustment = .before(.additive, from: -4, to: -1)
        return method
    }
}
