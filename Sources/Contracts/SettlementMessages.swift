package import JSON

/// What a settlement of a resource's points does in each partition, one behind the other.
package enum SettlementStep: String, Sendable, CaseIterable {
    /// What its customers have reduced is kept as it is now, whatever corrections come meanwhile.
    case freeze
    /// Their parts of the points are calculated, and what is left over by whole points.
    case share
    /// Their checks say the points.
    case pay

    package init(_ fields: borrowing Fields, _ name: StaticString) throws(JSONError) {
        let text = try fields.text(name)
        guard let step = Self(rawValue: text) else {
            throw JSONError(
                field: name.description, .outOfRange, found: "is \(text.shown): write freeze, share or pay")
        }
        self = step
    }
}

/// kepco from the resource's home to each partition: do a step of a settlement of the resource's points in an order.
package struct SettlePoints: Message {
    package static let type: MessageType = "SettlePoints"
    /// Remainders are told apart by so many parts of a point: within one, the first customers are rounded up.
    package static let buckets = 1024

    package var order: OrderID
    package var resource: ResourceID
    /// Of the settlement: 1, and one more for each further one.
    package var version: Int64
    package var step: SettlementStep
    /// The latest deadline of the customers' readings.
    package var deadline: Timestamp
    /// What is shared, and among how much; 0 to freeze.
    package var points: Int64
    package var ofWh: Int64
    /// To pay: remainders above this bucket are rounded up, and so many of those in it.
    package var bucket: Int64
    package var roundUp: Int64

    package init(
        order: OrderID, resource: ResourceID, version: Int64, step: SettlementStep, deadline: Timestamp,
        points: Int64 = 0, ofWh: Int64 = 0, bucket: Int64 = Int64(buckets), roundUp: Int64 = 0
    ) {
        (self.order, self.resource, self.version, self.step) = (order, resource, version, step)
        (self.deadline, self.points, self.ofWh) = (deadline, points, ofWh)
        (self.bucket, self.roundUp) = (bucket, roundUp)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        resource = try fields.requiredResource("resource")
        version = try fields.required("version", in: Limits.version)
        step = try SettlementStep(fields, "step")
        deadline = try fields.required("deadline")
        points = try fields.required("points", in: 0...Limits.sum.upperBound)
        ofWh = try fields.required("ofWh", in: 0...Limits.sum.upperBound)
        bucket = try fields.required("bucket", in: 0...Int64(Self.buckets))
        roundUp = try fields.required("roundUp", in: 0...Limits.sum.upperBound)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("resource", resource.text)
        json.field("version", version)
        json.field("step", step.rawValue)
        json.field("deadline", deadline)
        json.field("points", points)
        json.field("ofWh", ofWh)
        json.field("bucket", bucket)
        json.field("roundUp", roundUp)
    }
}

/// kepco to the resource's home partition: a partition has done its step of a settlement.
package struct SettledPart: Message {
    package static let type: MessageType = "SettledPart"
    package var order: OrderID
    package var resource: ResourceID
    package var partition: Int32
    package var version: Int64
    package var step: SettlementStep
    package var deadline: Timestamp
    /// What its customers have reduced, as it is kept; signed, and of those who reduced alone.
    package var reducedWh: Int64
    package var positiveWh: Int64
    /// How often that had changed by then.
    package var changes: Int64
    package var milliPointsPerWh: Int64
    /// Of their parts, without what is left over.
    package var wholePoints: Int64
    /// How many customers have a remainder of so many 1,024ths of a point; none of those with none.
    package var remainders: [Int64]

    package init(
        order: OrderID, resource: ResourceID, partition: Int32, version: Int64, step: SettlementStep,
        deadline: Timestamp, reducedWh: Int64 = 0, positiveWh: Int64 = 0, changes: Int64 = 0,
        milliPointsPerWh: Int64 = 0, wholePoints: Int64 = 0, remainders: [Int64] = []
    ) {
        (self.order, self.resource, self.partition, self.version) = (order, resource, partition, version)
        (self.step, self.deadline, self.reducedWh, self.positiveWh) = (step, deadline, reducedWh, positiveWh)
        (self.changes, self.milliPointsPerWh) = (changes, milliPointsPerWh)
        (self.wholePoints, self.remainders) = (wholePoints, remainders)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        resource = try fields.requiredResource("resource")
        partition = Int32(try fields.required("partition", in: 0...Int64(Int32.max)))
        version = try fields.required("version", in: Limits.version)
        step = try SettlementStep(fields, "step")
        deadline = try fields.required("deadline")
        reducedWh = try fields.required("reducedWh", in: Limits.sum)
        positiveWh = try fields.required("positiveWh", in: 0...Limits.sum.upperBound)
        changes = try fields.required("changes", in: 0...Limits.sum.upperBound)
        milliPointsPerWh = try fields.required("milliPointsPerWh", in: 0...Limits.points.upperBound)
        wholePoints = try fields.required("wholePoints", in: 0...Limits.sum.upperBound)
        remainders = try fields.remainders()
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("resource", resource.text)
        json.field("partition", Int64(partition))
        json.field("version", version)
        json.field("step", step.rawValue)
        json.field("deadline", deadline)
        json.field("reducedWh", reducedWh)
        json.field("positiveWh", positiveWh)
        json.field("changes", changes)
        json.field("milliPointsPerWh", milliPointsPerWh)
        json.field("wholePoints", wholePoints)
        json.field("remainders", remainders)
    }
}

extension Fields {
    /// Customers by the 1,024ths of a point that their parts have left over.
    package func remainders() throws(JSONError) -> [Int64] {
        let values = try numbers("remainders", in: 0...Limits.sum.upperBound, atMost: SettlePoints.buckets)
        let found = values.compactMap { $0 }
        guard found.count == values.count else { throw JSONError(field: "remainders", .notNumber) }
        return found
    }
}
