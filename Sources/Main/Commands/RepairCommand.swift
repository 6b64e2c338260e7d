import Configuration
import Contexts
import Contracts
import Daemon
import JSON
import Kafka
import Workers

/// `negawatt state repair CONTEXT --partition P TABLE [KEY]`.
enum RepairCommand {
    private static let partition = ConfigurationKey(
        option: "partition", .integer(0...Int32.max), "P", "the changelog's partition; required")
    private static let rehearsal = ConfigurationKey(flag: "dry-run", "only shows the row and what is wrong with it")

    static let command = CommandDeclaration(
        name: "repair", summary: "Removes a row that its daemon cannot read from a changelog",
        operands: [
            Tree.context, CommandDeclaration.Operand(name: "TABLE"),
            CommandDeclaration.Operand(name: "KEY", isOptional: true),
        ],
        options: KafkaOptions.keys + [partition, rehearsal],
        about: """
            For a row that cannot be read, so that each record that needs it is refused with a dead letter of the kind "row", and
            for a record of an unknown table, which is skipped. TABLE and KEY are in the dead letter or the log; leave KEY out for
            a record whose key has no slash. The row becomes a dead letter of the same kind, so nothing is lost, and is deleted,
            in one transaction. The state files follow when the daemons start, and negawatt deadletters replay has the refused
            records handled again. No daemon of the context may run meanwhile. A row that can be read is left alone. Exit codes: 0 done,
            1 there is no such row, 78 refused.
            """,
        examples: [
            "negawatt state repair user --partition 3 users u17 --bootstrap-servers localhost:9092 --dry-run"
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let context = Context(invocation.operands[0])
        guard let number = configuration[partition],
            let worker = Contexts.types.first(where: { $0.context == context })
        else {
            throw UsageError(
                description: "--partition is missing: the dead letter or the log names it", path: ["state", "repair"])
        }
        let kafka = try KafkaOptions(configuration)
        let repair = RowRepair(context: context, partition: number, properties: kafka.all)
        let admin = try Admin(kafka.all, log: LogOptions.forTools)
        try check(repair, admin)
        let key = invocation.operands.dropFirst().joined(separator: "/")
        let isRehearsal = configuration[rehearsal]
        if !isRehearsal { try repair.requireNoDaemon(admin) }
        guard let (finding, fault) = try repair.find(key, RowCheck(worker), admin) else {
            writeError(
                "negawatt state repair: there is no row \"\(key.printable)\" in "
                    + "\(TopicPartition(context.changelog, number))\n")
            return .failure
        }
        show(finding.record, fault)
        guard !isRehearsal else {
            write("nothing was changed: this was a dry run\n")
            return .success
        }
        let reason = "taken out of the changelog by negawatt state repair: \(fault)"
        try repair.run(finding, reason: reason, admin)
        write("removed; it is now in \(TopicPartition(context.deadLetters, number))\n")
        return .success
    }

    private static func check(_ repair: RowRepair, _ admin: Admin) throws {
        let names = [repair.context.changelog, repair.context.deadLetters]
        let found = try admin.describeTopics(names)
        if let missing = names.first(where: { found[$0] == nil }) {
            throw RowRepair.Trouble(description: "there is no topic \(missing), or this user may not see it")
        }
        guard let topic = found[repair.context.changelog], repair.partition < topic.partitions else {
            throw RowRepair.Trouble(
                description: "\(repair.context.changelog) has no partition \(repair.partition)")
        }
    }

    private static func show(_ record: ChangelogRecord, _ fault: String) {
        let value = record.value.map { String(decoding: $0.prefix(4000), as: UTF8.self) } ?? ""
        let time = record.time.map { "\($0)" } ?? "-"
        write("\(record.keyText.printable)  offset \(record.offset)  \(time)\n\(value.printable)\n\(fault.printable)\n")
    }
}
