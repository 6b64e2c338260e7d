/// The key of a changelog record, `table/key`, taken apart. A worker's keys are ids with slashes between them, which none holds.
struct RowKey {
    let parts: [Substring]

    /// - Parameter text: what stands behind the table's name and its slash.
    init(_ text: String) { parts = text.split(separator: "/", omittingEmptySubsequences: false) }

    func text(_ place: Int) -> String? { place < parts.count ? String(parts[place]) : nil }
}

/// Why a record cannot be shown.
struct Unshown: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
