package import JSON
import Workers

/// The changes of points, by cause and customer: entries are only ever added. And what corrected orders have come to,
/// by order and customer behind a slash: no kind of entry is empty, so that no look for an entry meets it, and a
/// version that corrects nothing keeps it as it is.
package enum Ledger: Table {
    package enum Row: Workers.Row, Hashable {
        case entry(LedgerEntry)
        case corrected(CorrectedOrder)

        package var entry: LedgerEntry? { if case .entry(let entry) = self { entry } else { nil } }
        package var corrected: CorrectedOrder? { if case .corrected(let order) = self { order } else { nil } }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            self =
                fields.has("sequence")
                ? .entry(try LedgerEntry(fields)) : .corrected(try CorrectedOrder(fields))
        }

        package func write(_ json: inout JSONWriter) {
            switch self {
            case .entry(let entry): entry.write(&json)
            case .corrected(let order): order.write(&json)
            }
        }
    }

    package static let name: StaticString = "ledger"
    /// Only by what comes twice, and by corrections.
    package static let areReadAgain = false
}
