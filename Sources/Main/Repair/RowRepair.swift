import Contracts
import Daemon
import JSON
import Kafka
import Workers

/// Takes a row out of a context's changelog that its daemons cannot read: a dead letter says what it was, a tombstone
/// that it is gone, both in one transaction. Only while no daemon of the context is in the group: a running one has
/// read the row already, and would keep it in its file.
struct RowRepair {
    struct Trouble: Error, CustomStringConvertible { let description: String }

    /// How long Kafka may take to find its coordinators.
    private static let timeout = Duration.seconds(30)

    let context: Context
    let partition: Int32
    let properties: [String: String]

    /// The record that is meant; nil when there is none, or nothing but its deletion.
    /// - Throws: `StateError` when it is a row that can be read, or when several are shown alike.
    func find(_ text: String, _ check: RowCheck, _ admin: Admin) throws -> (Finding, reason: String)? {
        let changelog = TopicPartition(context.changelog, partition)
        let search = ChangelogSearch(context: context, partition: partition, properties: properties)
        let result = try search.run(for: text, admin)
        let records = result.found.filter { $0.value != nil }
        guard let record = records.first else { return nil }
        guard records.count == 1 else {
            throw StateError(
                "\(changelog) has \(records.count) rows whose keys are shown as \"\(text)\": they differ only "
                    + "in bytes that are not text. Delete them with Kafka's own tools")
        }
        guard let fault = check.fault(record) else {
            throw StateError(
                "the row \"\(text)\" of \(changelog) can be read: there is nothing to repair")
        }
        return (Finding(record: record, positions: result.positions), fault)
    }

    struct Finding {
        let record: ChangelogRecord
        /// Written again behind the tombstone where it is the last record: it has to stay that.
        let positions: ChangelogRecord?
    }

    /// - Throws: `StateError` while there are members in the group.
    func requireNoDaemon(_ admin: Admin) throws {
        let members = try admin.groupMembers(context.name)
        guard members.isEmpty else { throw StateError.daemons(of: context, members) }
    }

    /// Writes both, or neither.
    func run(_ finding: Finding, reason: String, _ admin: Admin) throws {
        let producer = try TransactionalProducer(
            properties.merging([
                "transactional.id": "\(context.name).repair", "message.max.bytes": "\(RecordLimits.producerMessage)",
            ]) { $1 },
            log: LogOptions.forTools, timeout: Self.timeout)
        let changelog = try producer.topic(context.changelog)
        let deadLetters = try producer.topic(context.deadLetters)
        try producer.begin()
        do {
            let record = finding.record
            let value = record.value ?? []
            try producer.produce(
                deadLetters, partition, key: record.key.span, value: value.span, headers: headers(record, reason))
            try producer.produce(changelog, partition, key: record.key.span, value: nil)
            if let positions = finding.positions, let value = positions.value, positions.key != record.key {
                try producer.produce(changelog, partition, key: positions.key.span, value: value.span)
            }
            // One may have been started meanwhile.
            try requireNoDaemon(admin)
            try producer.commit()
        } catch {
            if (error as? KafkaError)?.severity != .fatal { try? producer.abort() }
            throw error
        }
    }

    private func headers(_ record: ChangelogRecord, _ reason: String) -> Headers {
        let headers = Headers(capacity: 4)
        headers.add(DeadLetterHeader.kind, Rejection.Kind.row.rawValue)
        headers.add(DeadLetterHeader.reason, reason)
        headers.add(DeadLetterHeader.source, "\(RecordPlace(context.changelog, partition, record.offset))")
        if let time = record.time { headers.add(DeadLetterHeader.time, "\(time.milliseconds)") }
        return headers
    }
}

extension StateError {
    fileprivate static func daemons(of context: Context, _ members: [Admin.Member]) -> Self {
        let names = members.map { member in
            (member.instance ?? member.client).printable + " at " + member.host.drop { $0 == "/" }
        }
        let count = members.count == 1 ? "1 member" : "\(members.count) members"
        return Self(
            "stop the daemons of \(context) first: \(count) in its group: \(names.sorted().joined(separator: ", ")). A member that has "
                + "just been stopped still counts until its session times out, 30 s by default")
    }
}
