package import JSON

/// What KPX says an order comes to, of a resource or of the whole order, beside what was reckoned here: the body of its
/// messages, and of what dr keeps of them.
package struct KpxFigure: Sendable, Hashable {
    /// In characters.
    package static let objectionLimit = 500

    /// nil: the whole order.
    package var resource: ResourceID?
    /// The reduction in whole kWh; one of both is said.
    package var kpxKWh: Int64?
    /// What is paid less what it costs.
    package var kpxWon: Int64?
    /// The same as reckoned here when this was said.
    package var ownKWh: Int64?
    package var ownWon: Int64?
    /// Why KPX's figure is not accepted; nil: it is.
    package var objection: String?

    package init(
        resource: ResourceID? = nil, kpxKWh: Int64? = nil, kpxWon: Int64? = nil, ownKWh: Int64? = nil,
        ownWon: Int64? = nil, objection: String? = nil
    ) {
        (self.resource, self.kpxKWh, self.kpxWon) = (resource, kpxKWh, kpxWon)
        (self.ownKWh, self.ownWon, self.objection) = (ownKWh, ownWon, objection)
    }

    /// What KPX says less what was reckoned: negative where it is less; nil where one of both is not said. Both lie
    /// within their limits.
    package var differenceKWh: Int64? { kpxKWh.flatMap { kpx in ownKWh.map { kpx - $0 } } }
    package var differenceWon: Int64? { kpxWon.flatMap { kpx in ownWon.map { kpx - $0 } } }

    /// - Parameter resource: as it was read.
    package init(_ fields: borrowing Fields, resource: ResourceID?) throws(JSONError) {
        self.resource = resource
        kpxKWh = try fields.optional("kpxKWh", in: Limits.orderKWh)
        kpxWon = try fields.optional("kpxWon", in: Limits.won)
        ownKWh = try fields.optional("ownKWh", in: Limits.orderKWh)
        ownWon = try fields.optional("ownWon", in: Limits.won)
        objection = try fields.optionalText("objection", atMost: Self.objectionLimit)
        if kpxKWh == nil, kpxWon == nil { throw JSONError(field: "kpxKWh", .missing) }
    }

    /// All but the resource.
    package func writeContents(_ json: inout JSONWriter) {
        if let kpxKWh { json.field("kpxKWh", kpxKWh) }
        if let kpxWon { json.field("kpxWon", kpxWon) }
        if let ownKWh { json.field("ownKWh", ownKWh) }
        if let ownWon { json.field("ownWon", ownWon) }
        json.field("objection", ifThere: objection)
    }

    /// By bytes, as its row and its events are.
    package func isSame(as other: Self) -> Bool {
        guard resource == other.resource, (kpxKWh, kpxWon) == (other.kpxKWh, other.kpxWon),
            (ownKWh, ownWon) == (other.ownKWh, other.ownWon)
        else { return false }
        guard let objection, let text = other.objection else { return objection == nil && other.objection == nil }
        return objection.hasSameBytes(text)
    }
}

/// Says to dr what KPX says an order comes to, and what is objected to that.
package struct StateKpxFigure: Message {
    package static let type: MessageType = "StateKpxFigure"
    package static let lookalikes =
        Lookalike.resource + Lookalike.of("kpxKWh", "kWh", "kwh") + Lookalike.of("kpxWon", "won")
    package var order: OrderID
    package var figure: KpxFigure

    package init(order: OrderID, _ figure: KpxFigure) { (self.order, self.figure) = (order, figure) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        try fields.refuse(Self.lookalikes)
        order = try fields.required("id")
        figure = try KpxFigure(fields, resource: fields.optional("resource"))
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", order)
        json.field("resource", ifThere: figure.resource)
        figure.writeContents(&json)
    }
}

/// KPX's figure of an order and a resource is known, or another one, or what is objected to it. The one with the
/// highest version holds.
package struct KpxFigureStated: Message {
    package static let type: MessageType = "KpxFigureStated"
    package var order: OrderID
    package var figure: KpxFigure
    /// 1, and one more whenever something else is said of the order and the resource.
    package var version: Int64

    package init(order: OrderID, _ figure: KpxFigure, version: Int64) {
        (self.order, self.figure, self.version) = (order, figure, version)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("id")
        figure = try KpxFigure(fields, resource: fields.optional("resource"))
        version = try fields.required("version", in: Limits.version)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("id", order)
        json.field("resource", ifThere: figure.resource)
        figure.writeContents(&json)
        if let difference = figure.differenceKWh { json.field("differenceKWh", difference) }
        if let difference = figure.differenceWon { json.field("differenceWon", difference) }
        json.field("version", version)
    }
}
