import Configuration
import Contracts

/// `negawatt held USER`: what Kafka holds about a customer, who may ask for that.
enum HeldCommand {
    private static let records = ConfigurationKey(
        flag: "records", "the records themselves, a line of JSON each, instead of a table")
    private static let everywhere = ConfigurationKey(
        flag: "everywhere", "all partitions, and not only the one of the customer's key")

    static let command = CommandDeclaration(
        name: "held", summary: "Reports what Kafka holds about a customer, and how long it stays",
        operands: [CommandDeclaration.Operand(name: "USER")],
        options: KafkaOptions.keys + [records, everywhere],
        about: """
            USER is a customer's id. Reads of every topic the partition of that key, from the oldest record to its end, and counts
            what is about the customer: records of that key, rows whose keys name him, and records without such a key whose
            values do. ROWS NOW says how many rows of a table are left; what older records of a row said goes as Kafka compacts.

            What was sent without a key, or with one that was hashed in another way, lies in other partitions, too: --everywhere
            reads all of them, which takes as much longer as there are partitions. State files and gateways have the same rows.
            Exit codes: 0 reported, 1 there is nothing, or Kafka cannot be read.
            """,
        examples: [
            "negawatt held u-1001 --bootstrap-servers localhost:9092",
            "negawatt held u-1001 --everywhere --records --bootstrap-servers localhost:9092",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let user = invocation.operands[0]
        let kafka = try KafkaOptions(configuration)
        let showsRecords = configuration[records]
        let search = HeldSearch(user: user, readsAll: configuration[everywhere], properties: kafka.all)
        let result = try search.run(showsRecords ? { write($0 + "\n") } : nil)
        if !result.missing.isEmpty {
            writeError(
                "negawatt held: there are no topics \(result.missing.joined(separator: ", ")), or this user may not see them\n"
            )
        }
        guard !result.summary.isEmpty else {
            writeError("negawatt held: nothing is held about customer \(user) in \(result.extent)\n")
            return .failure
        }
        if !showsRecords { write(result.summary.text + "\nRead: \(result.extent).\n") }
        return .success
    }
}
