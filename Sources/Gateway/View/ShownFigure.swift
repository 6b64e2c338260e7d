import Contracts
import JSON
import SQLite

/// A statement of what KPX says an order comes to.
struct ShownFigure: Sendable {
    var order: String
    /// With its resource; nil: the whole order.
    var figure: KpxFigure
    var version: Int64
    /// ms since 1970.
    var at: Int64

    static let columns =
        "order_id, resource, version, stated_at, kpx_kwh, kpx_won, own_kwh, own_won, objection"

    init(_ row: borrowing Row) {
        let resource = row.string(1)
        order = row.string(0)
        (version, at) = (row.integer(2), row.integer(3))
        figure = KpxFigure(
            resource: resource.isEmpty ? nil : ResourceID(text: resource), kpxKWh: row.optionalInteger(4),
            kpxWon: row.optionalInteger(5), ownKWh: row.optionalInteger(6), ownWon: row.optionalInteger(7),
            objection: row.optionalString(8))
    }

    private init(_ fields: borrowing Fields, _ order: String, _ resource: ResourceID?) throws(JSONError) {
        self.order = order
        figure = try KpxFigure(fields, resource: resource)
        version = try fields.required("version", in: Limits.version)
        at = try fields.time("statedAt")
    }

    /// Of a row of dr's, oldest first.
    /// - Parameter resource: an empty text for the whole order.
    static func all(_ fields: borrowing Fields, _ order: String, _ resource: String) throws -> [ShownFigure] {
        try fields.elements("figures", atMost: 100) { element throws(JSONError) in
            try ShownFigure(element, order, resource.isEmpty ? nil : ResourceID(text: resource))
        }
    }

    func write(_ json: inout JSONWriter, _ links: Links) {
        json.field("drId", order)
        json.text("resource", figure.resource?.text)
        json.field("version", version)
        json.field("statedAt", time: at)
        json.number("kpxKWh", figure.kpxKWh)
        json.number("kpxWon", figure.kpxWon)
        json.number("ownKWh", figure.ownKWh)
        json.number("ownWon", figure.ownWon)
        json.number("differenceKWh", figure.differenceKWh)
        json.number("differenceWon", figure.differenceWon)
        json.text("objection", figure.objection)
        json.field(
            "_links",
            object: { json in
                json.link("dr", links.to("/drs/", order))
                json.link("kpx", links.to("/drs/", order, "/kpx"))
            })
    }
}

extension ShownFigure: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links) }
}
