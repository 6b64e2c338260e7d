/// The key of a changelog record, `table/key`, taken apart. A worker's keys are ids with slashes between them, which
/// none holds.
struct RowKey {
    /// What stands behind the table's name and its slash.
    let text: String

    init(_ text: String) { self.text = text }

    func text(_ place: Int) -> String? {
        var rest = text.utf8[...]
        for _ in 0..<place {
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            rest = rest[rest.index(after: slash)...]
        }
        let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        return String(rest[..<end])
    }
}

/// Why a record cannot be shown.
struct Unshown: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
