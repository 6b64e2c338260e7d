/// A partition in the model.
struct ModelPartition: Hashable {
    var topic: Int
    var partition: Int
}

/// A partition's records as the brokers hold them.
struct ModelLog {
    struct Entry {
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [(name: String, value: [UInt8]?)] = []
        var time: Int64 = 0
        /// Which transaction it is of, by its number.
        var transaction: Int?
        /// The end of a transaction takes an offset too.
        var isMarker = false

        func header(_ name: String) -> String? {
            headers.last { $0.name == name }.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        }

        var keyText: String { String(decoding: key ?? [], as: UTF8.self) }
        var text: String { String(decoding: value ?? [], as: UTF8.self) }
    }

    private(set) var entries: [Entry] = []
    /// The transactions whose end has not been written here, with their first offset.
    private var open: [(transaction: Int, first: Int)] = []

    /// The high watermark.
    var high: Int { entries.count }
    /// The last stable offset: what is committed is shown up to here.
    var stable: Int { open.first?.first ?? entries.count }

    mutating func append(_ entry: Entry) -> Int {
        if let transaction = entry.transaction, !open.contains(where: { $0.transaction == transaction }) {
            open.append((transaction, entries.count))
        }
        entries.append(entry)
        return entries.count - 1
    }

    mutating func end(_ transaction: Int) {
        open.removeAll { $0.transaction == transaction }
        entries.append(Entry(transaction: transaction, isMarker: true))
    }
}
