import Contracts
import JSON
import Workers

/// Whether the rows of a context's changelog can be read by this version.
struct RowCheck {
    let context: Context
    private let tables: [any Table.Type]

    init(_ worker: any Worker.Type) {
        context = worker.context
        tables = [Timers.self] + worker.tables
    }

    /// What is wrong with a row; nil when nothing is.
    func fault(_ record: ChangelogRecord) -> String? {
        guard let slash = record.key.firstIndex(of: UInt8(ascii: "/")),
            let table = tables.first(where: { $0.name.description.utf8.elementsEqual(record.key[..<slash]) })
        else { return "\(context) has no table for this row" }
        let key = String(decoding: record.key[(slash + 1)...], as: UTF8.self)
        guard key.utf8.elementsEqual(record.key[(slash + 1)...]) else { return "its key is not valid UTF-8" }
        if table == Timers.self, Timer(key: key) == nil { return "its key is not a timer's" }
        return Self.fault(record.value ?? [], of: table)
    }

    private static func fault(_ value: [UInt8], of table: (some Table).Type) -> String? {
        var reader = JSONReader()
        do { try reader.read(value.span) { fields throws in try read(fields, table) } } catch { return "\(error)" }
        return nil
    }

    private static func read<T: Table>(_ fields: borrowing Fields, _: T.Type) throws(JSONError) {
        _ = try T.Row(fields)
    }
}
