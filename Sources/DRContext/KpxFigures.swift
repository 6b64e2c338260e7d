package import Contracts
package import JSON
import Workers

/// What KPX says orders come to, by `/kpx/<order>/<resource>`, with nothing behind the second slash for a whole order:
/// the newest statements of each.
package enum KpxFigures: OrdersPart {
    package static let prefix = "/kpx/"
    /// Older ones are in the events alone.
    package static let most = 10

    package static func key(_ order: OrderID, _ resource: ResourceID?) -> String {
        "\(order.text)/\(resource?.text ?? "")"
    }

    /// The order of a row's key in the table of orders.
    package static func order(_ key: String) -> String? {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 4 ? String(parts[2]) : nil
    }

    package static func wrap(_ row: Row) -> Orders.Row { .figures(row) }

    package static func unwrap(_ row: Orders.Row) -> Row? { if case .figures(let row) = row { row } else { nil } }

    /// What was said at a time; the resource is in the key.
    package struct Statement: Sendable, Hashable {
        package let figure: KpxFigure
        package let version: Int64
        package let time: Timestamp

        init(_ figure: KpxFigure, version: Int64, at time: Timestamp) {
            (self.figure, self.version, self.time) = (figure, version, time)
        }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            figure = try KpxFigure(fields, resource: nil)
            version = try fields.required("version", in: Limits.version)
            time = try fields.required("statedAt")
        }

        func write(_ json: inout JSONWriter) {
            json.field("version", version)
            json.field("statedAt", time)
            figure.writeContents(&json)
        }
    }

    package struct Row: Workers.Row, Hashable {
        /// Oldest first, one at least.
        package private(set) var statements: [Statement]

        init(_ figure: KpxFigure, at time: Timestamp) { statements = [Statement(figure, version: 1, at: time)] }

        /// Takes what is said now, which is not what was said last.
        mutating func add(_ figure: KpxFigure, _ order: OrderID, at time: Timestamp) throws(Rejection) {
            if let last = statements.last {
                guard !last.figure.isSame(as: figure) else {
                    throw .conflict(
                        "KPX's figure of order \(order) is stated so already, as version \(last.version) at \(last.time)"
                    )
                }
                statements.append(Statement(figure, version: last.version + 1, at: time))
            }
            if statements.count > KpxFigures.most { statements.removeFirst() }
        }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            statements = try fields.elements("figures", atMost: KpxFigures.most) { element throws(JSONError) in
                try Statement(element)
            }
            if statements.isEmpty { throw JSONError(field: "figures", .missing) }
        }

        package func write(_ json: inout JSONWriter) {
            json.field("figures", objects: statements.count) { json, position in statements[position].write(&json) }
        }
    }
}
