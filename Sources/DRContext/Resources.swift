package import Contracts
package import JSON
import Workers

/// The resources that this partition knows, by `/resource/<id>`: every partition has all of them.
package enum Resources: OrdersPart {
    package static let prefix = "/resource/"

    package static func wrap(_ row: Row) -> Orders.Row { .resource(row) }

    package static func unwrap(_ row: Orders.Row) -> Row? {
        if case .resource(let row) = row { row } else { nil }
    }

    package struct Row: Workers.Row, Hashable {
        package let registered: RegisteredResource

        package init(_ registered: RegisteredResource) { self.registered = registered }

        /// With another name for its id than that of an order, by which rows are told apart.
        package init(_ fields: borrowing Fields) throws(JSONError) {
            guard let id = try fields.optional("resource") as ResourceID? else {
                throw JSONError(field: "resource", .missing)
            }
            registered = RegisteredResource(
                try Resource(fields, id: id), version: try fields.required("version", in: Limits.version))
        }

        package func write(_ json: inout JSONWriter) {
            json.field("resource", ifThere: registered.resource.id)
            registered.resource.writeContents(&json)
            json.field("version", registered.version)
        }
    }
}
