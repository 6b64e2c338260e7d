/// What keeps a check of an order from going by a method: checks have readings by the quarter hour, and pay by the Wh
/// what was reduced in the order itself.
package struct ObstacleToChecks: Sendable, Hashable {
    /// The method's field.
    package let field: String
    /// Behind the field's name, as "is 5: …".
    package let why: String
}

extension BaselineMethod {
    /// nil where checks can go by it.
    package var obstacleToChecks: ObstacleToChecks? {
        switch measure {
        case .windows:
            return ObstacleToChecks(
                field: "windows", why: "is not for checks: a check compares the same times of other days")
        case .highest:
            return ObstacleToChecks(
                field: "highest", why: "is not for checks: points are paid for Wh, not for a highest use")
        case .sameTime: break
        }
        if let why = adjustment?.obstacleToChecks { return ObstacleToChecks(field: "adjustment", why: why) }
        guard interval.isMultiple(of: 15) else {
            return ObstacleToChecks(
                field: "intervalMin", why: "is \(interval): readings are by the quarter hour, so write 15, 30 or 60")
        }
        return nil
    }
}

extension Adjustment {
    /// All windows together, in minutes: what they hold and what is made of it stays within bounds.
    private static let mostMinutes: Int64 = 1440
    /// What a ratio makes of a baseline at the most, in percent.
    private static let mostOfRatio: Int64 = 1000

    /// nil where checks can go by it. A check is done when its order's readings are there, and nothing that is measured
    /// behind the order has it looked at.
    fileprivate var obstacleToChecks: String? {
        for window in windows {
            let bounds = [window.minutes.lowerBound, window.minutes.upperBound]
            if window.anchor == .notice {
                return "is not for checks with the anchor notice: a check does not know when its order was announced"
            }
            if window.minutes.upperBound > 0 {
                return "is not for checks with a window behind the order's \(window.anchor): write 0 as toMin at most"
            }
            guard bounds.allSatisfy({ $0.isMultiple(of: 15) }) else {
                return
                    "has a window from \(bounds[0]) to \(bounds[1]): readings are by the quarter hour, so write multiples of 15"
            }
        }
        let minutes = windows.reduce(0) { $0 + Int64($1.minutes.count) }
        if minutes > Self.mostMinutes {
            return "has windows of \(minutes) minutes: a check looks at \(Self.mostMinutes) at most"
        }
        if kind == .ratio, (caps?.upperBound ?? .max) > Self.mostOfRatio {
            return "is a ratio without limit: write most, up to \(Self.mostOfRatio)"
        }
        return nil
    }
}
