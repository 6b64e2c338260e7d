package import JSON

/// That a customer's points are a part of what his resource earns together, and which: max(0, his reduction) of the sum
/// of those of all, in whole points by the largest remainder. So meters' noise of those who did nothing pays nothing
/// that the resource as a whole has not reduced.
package struct PointSharing: Sendable, Hashable {
    /// By which settlement of the resource the points are; 0 before the first: there are none yet.
    package var settlement: Int64 = 0
    /// What the customer had reduced by then, at least 0.
    package var shareWh: Int64 = 0
    /// The same of all customers of the resource.
    package var ofWh: Int64 = 0
    /// What all of them earn.
    package var resourcePoints: Int64 = 0

    /// Before the first settlement.
    package init() {}

    package init(settlement: Int64, shareWh: Int64, ofWh: Int64, resourcePoints: Int64) {
        (self.settlement, self.shareWh) = (settlement, shareWh)
        (self.ofWh, self.resourcePoints) = (ofWh, resourcePoints)
    }

    /// nil where the points are by the customer's own reduction.
    package static func read(_ fields: borrowing Fields) throws(JSONError) -> Self? {
        let text = try fields.optionalText("pointsBy")
        let settlement = try fields.optional("settlement", in: Limits.version)
        let shareWh = try fields.optional("shareWh", in: 0...Limits.orderWh.upperBound)
        let ofWh = try fields.optional("ofWh", in: 0...Limits.sum.upperBound)
        let resourcePoints = try fields.optional("resourcePoints", in: 0...Limits.sum.upperBound)
        guard let text else { return nil }
        guard text == "resource" else {
            throw JSONError(field: "pointsBy", .outOfRange, found: "is \(text.shown): write resource, or leave it out")
        }
        guard let settlement else { return Self() }
        return Self(
            settlement: settlement, shareWh: shareWh ?? 0, ofWh: ofWh ?? 0, resourcePoints: resourcePoints ?? 0)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("pointsBy", "resource")
        guard settlement > 0 else { return }
        json.field("settlement", settlement)
        json.field("shareWh", shareWh)
        json.field("ofWh", ofWh)
        json.field("resourcePoints", resourcePoints)
    }
}

/// What a resource's last finished settlement came to.
package struct SettledPoints: Sendable, Hashable {
    package var settlement: Int64
    /// What the customers reduced whose points it settled; signed.
    package var reducedWh: Int64
    /// The same of those who reduced alone.
    package var ofWh: Int64
    package var points: Int64

    package init(settlement: Int64, reducedWh: Int64, ofWh: Int64, points: Int64) {
        (self.settlement, self.reducedWh, self.ofWh, self.points) = (settlement, reducedWh, ofWh, points)
    }

    /// nil where there has been none.
    package static func read(_ fields: borrowing Fields) throws(JSONError) -> Self? {
        guard let settlement = try fields.optional("settlement", in: Limits.version) else { return nil }
        return Self(
            settlement: settlement, reducedWh: try fields.optional("settledWh", in: Limits.sum) ?? 0,
            ofWh: try fields.optional("settledOfWh", in: 0...Limits.sum.upperBound) ?? 0,
            points: try fields.optional("settledPoints", in: 0...Limits.sum.upperBound) ?? 0)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("settlement", settlement)
        json.field("settledWh", reducedWh)
        json.field("settledOfWh", ofWh)
        json.field("settledPoints", points)
    }
}
