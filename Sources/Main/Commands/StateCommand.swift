import Configuration
import Contracts
import JSON

/// `negawatt state CONTEXT [TABLE] [KEY]`: what a daemon's files hold, also while it runs.
enum StateCommand {
    private static let prefix = ConfigurationKey(option: "prefix", .text, "TEXT", "only keys with this prefix")
    private static let limit = ConfigurationKey(
        option: "limit", .integer(1...1_000_000_000), "N", default: 100, "the maximum number of rows to show")
    static let json = ConfigurationKey(flag: "json", "one line of JSON for each, instead of a table")

    static let command = CommandDeclaration(
        name: "state", summary: "Shows the state files of a context, even while its daemon runs",
        operands: [
            Tree.context, CommandDeclaration.Operand(name: "TABLE", isOptional: true),
            CommandDeclaration.Operand(name: "KEY", isOptional: true),
        ],
        options: [DaemonOptions.stateDirectory, prefix, limit, json, Environment.config],
        about: """
            Without TABLE: the files and their tables' row counts. With TABLE: its rows. With KEY: that row.
            It only reads. The files are at most about a second behind Kafka.
            """,
        examples: [
            "negawatt state user --state-directory /var/lib/negawatt",
            "negawatt state user users --prefix u --limit 10",
            "negawatt state user users u1",
        ],
        commands: [RepairCommand.command]
    ) { invocation in
        let configuration = invocation.configuration
        let files = try StateFiles(directory: DaemonOptions.directory(configuration), context: invocation.operands[0])
        guard invocation.operands.count > 1 else {
            write(try overview(files))
            return .success
        }
        let table = try files.table(invocation.operands[1])
        if invocation.operands.count > 2 {
            let key = invocation.operands[2]
            guard let row = try files.rows(of: table, key: key).first else {
                writeError("negawatt state: there is no row \"\(key)\" in \(table)\n")
                return .failure
            }
            write(configuration[json] ? line(row) : PrettyJSON.text(row.value) + "\n")
            return .success
        }
        let limit = configuration[limit]
        let (rows, total) = try files.rows(of: table, prefix: configuration[prefix] ?? "", limit: limit)
        if configuration[json] {
            for row in rows { write(line(row)) }
        } else {
            var text = TextTable("KEY", "PARTITION>", "VALUE")
            for row in rows { text.add(row.key, "\(row.partition)", String(decoding: row.value, as: UTF8.self)) }
            write(text.text)
            if total > rows.count { write("\(rows.count) of \(total) rows; --limit shows more\n") }
        }
        return .success
    }

    private static func overview(_ files: StateFiles) throws -> String {
        var table = TextTable(["PARTITION>", "BYTES>", "CHANGELOG>", "SAVED AT"] + files.tables.map { "\($0)>" })
        for file in files.files {
            table.add(
                ["\(file.partition)", "\(file.bytes)", file.position ?? "-", file.savedAt.map { "\($0)" } ?? "-"]
                    + files.tables.map { name in file.counts[name].map { "\($0)" } ?? "-" })
        }
        if files.files.count > 1 {
            let sums = files.tables.map { name in "\(files.files.reduce(0) { $0 + ($1.counts[name] ?? 0) })" }
            table.add(["all", "\(files.files.reduce(0) { $0 + $1.bytes })", "", ""] + sums)
        }
        return table.text
    }

    private static func line(_ row: StateFiles.Row) -> String {
        let head = JSONLine.text { json in
            json.field("partition", Int64(row.partition))
            json.field("key", row.key)
        }
        // The value is JSON already.
        return head.dropLast() + ",\"value\":" + String(decoding: row.value, as: UTF8.self).printableJSON + "}\n"
    }
}
