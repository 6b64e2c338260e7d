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
        if adjustment != nil {
            return ObstacleToChecks(field: "adjustment", why: "is not for checks: a check has no adjustment")
        }
        guard interval.isMultiple(of: 15) else {
            return ObstacleToChecks(
                field: "intervalMin", why: "is \(interval): readings are by the quarter hour, so write 15, 30 or 60")
        }
        return nil
    }
}
