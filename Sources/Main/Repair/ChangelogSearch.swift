import Contracts
import Daemon
import Kafka

/// Reads one partition of a changelog to its end, for the last records of keys.
struct ChangelogSearch {
    /// What there is in the partition.
    struct Result {
        /// The last record of each key that was meant: several only where keys are shown alike.
        var found: [ChangelogRecord] = []
        /// The row that holds the input positions, if it is the last record of all: only there it says how far the work
        /// had come.
        var positions: ChangelogRecord?
    }

    let context: Context
    let partition: Int32
    let properties: [String: String]

    /// - Parameter text: the key as it is, or as a log shows it.
    func run(for text: String, _ admin: Admin) throws -> Result {
        var result = Result()
        guard let whole = try admin.whole(context.changelog, partition) else { return result }
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        try reader.read([whole]) { take($0, text, &result) }
        return result
    }

    private func take(_ record: borrowing Record, _ text: String, _ result: inout Result) {
        result.positions = nil
        // A record without a key is no row; restoring passes it over.
        guard let key = record.key else { return }
        let copy = ChangelogRecord(record, key: key)
        if copy.keyText == Changelog.positionsKey, copy.value != nil { result.positions = copy }
        guard copy.isShown(as: text) else { return }
        result.found.removeAll { $0.key == copy.key }
        result.found.append(copy)
    }
}
