package import JSON

/// A row as its file and the changelog keep it: a JSON object.
package protocol Row: Sendable {
    init(_ fields: borrowing Fields) throws(JSONError)
    func write(_ json: inout JSONWriter)
}

/// A kind of row, under a key of its own. Conform an empty enum to it; the name is the SQL table's and the changelog's.
package protocol Table {
    associatedtype Row: Workers.Row
    static var name: StaticString { get }
    /// Whether a row that was written is likely to be read again soon. If not, memory has it only until the file does.
    static var areReadAgain: Bool { get }
}

extension Table {
    /// They are.
    package static var areReadAgain: Bool { true }
}

/// A row that cannot be read back. The file is damaged or from another version: the transaction fails, no record is
/// blamed.
package struct RowError: Error, CustomStringConvertible {
    /// The table's name.
    package let table: String
    /// The row's, without the table.
    package let key: String
    /// What is wrong with the row.
    package let reason: JSONError

    package var description: String { "row \"\(key)\" of table \"\(table)\" cannot be read: \(reason)" }
}
