package import JSON

/// kepco to the resource's home partition: what the customers of one partition come to in an order. Each message has
/// all of it, so that of two of a partition the one with the higher version holds, whichever is read first.
package struct SumResource: Message {
    package static let type: MessageType = "SumResource"
    package var order: OrderID
    package var resource: ResourceID
    /// Whose customers these are.
    package var partition: Int32
    /// 1, and one more for each message of the partition about the order and the resource.
    package var version: Int64
    /// The latest deadline of the customers' readings: behind it sums are kept as long as checks.
    package var deadline: Timestamp
    package var sum: ResourceSum

    package init(
        order: OrderID, resource: ResourceID, partition: Int32, version: Int64, deadline: Timestamp, sum: ResourceSum
    ) {
        (self.order, self.resource, self.partition, self.version) = (order, resource, partition, version)
        (self.deadline, self.sum) = (deadline, sum)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        resource = try fields.requiredResource("resource")
        partition = Int32(try fields.required("partition", in: 0...Int64(Int32.max)))
        version = try fields.required("version", in: Limits.version)
        deadline = try fields.required("deadline")
        sum = try ResourceSum(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("resource", resource.text)
        json.field("partition", Int64(partition))
        json.field("version", version)
        json.field("deadline", deadline)
        sum.write(&json)
    }
}

/// What all of a resource's customers who accepted an order come to, as far as they have been checked. There is
/// another one whenever that has changed, at most once a period; the highest version holds.
package struct ResourceReduction: Message {
    package static let type: MessageType = "ResourceReduction"
    package var order: OrderID
    package var resource: ResourceID
    /// 1, and one more for each further one of the order and the resource.
    package var version: Int64
    package var sum: ResourceSum
    /// What the order orders of the resource, in Wh an hour; nil where that is not known.
    package var quantity: Int64?
    /// What the load may be at most by the quarter hour: the baseline less what is ordered. Empty where that is not
    /// known, or where the load is not.
    package var quarterTargetMilliWh: [Int64] = []
    /// nil where no points have been shared.
    package var settled: SettledPoints?
    /// nil where each customer has a baseline of his own alone.
    package var own: OwnReduction?

    /// - Parameters:
    ///   - sum: what the resource's own baseline is calculated from is left out.
    ///   - part: what is ordered of the resource.
    package init(
        order: OrderID, resource: ResourceID, version: Int64, sum: ResourceSum, part: OrderedPart? = nil,
        settled: SettledPoints? = nil, own: OwnReduction? = nil
    ) {
        (self.order, self.resource, self.version, self.sum) = (order, resource, version, sum)
        self.sum.own = OwnUse()
        (self.settled, self.own) = (settled, own)
        guard let part else { return }
        quantity = part.quantity
        let figures = sum.quarters.figures
        quarterTargetMilliWh = zip(figures, part.milliWh(quarters: figures.count)).map { figure, ordered in
            max(figure.baselineMilliWh - ordered, Limits.sum.lowerBound)
        }
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        resource = try fields.requiredResource("resource")
        version = try fields.required("version", in: Limits.version)
        sum = try ResourceSum(fields)
        quantity = try fields.optional("quantity", in: 0...Limits.quantity.upperBound)
        quarterTargetMilliWh = try fields.sums("quarterTargetMilliWh", Limits.sum)
        settled = try SettledPoints.read(fields)
        own = try OwnReduction.read(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("resource", resource.text)
        json.field("version", version)
        sum.write(&json)
        if let quantity { json.field("quantity", quantity) }
        if !quarterTargetMilliWh.isEmpty { json.field("quarterTargetMilliWh", quarterTargetMilliWh) }
        settled?.write(&json)
        own?.write(&json)
    }
}
