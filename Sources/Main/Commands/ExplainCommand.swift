import Baselines
import Configuration
import Contracts
import JSON

/// `negawatt explain DR USER`: how a customer's check came to its figures.
enum ExplainCommand {
    private static let json = ConfigurationKey(
        flag: "json", "the event as it is in Kafka, instead of a table")

    static let command = CommandDeclaration(
        name: "explain", summary: "Shows how the check of a customer in an order came to its figures",
        operands: [CommandDeclaration.Operand(name: "DR"), CommandDeclaration.Operand(name: "USER")],
        options: KafkaOptions.keys + [KepcoOptions.utcOffset, json],
        about: """
            DR is an order's id, USER a customer's. Reads the customer's partition of \(Context.kepco.events) to its end and shows the
            ReductionCheck there: baseline, use and reduction of each quarter hour of the order, the reference days that were
            averaged, those that were not and why (weekend, gap, ...), what a missing reading means, and the points. Times are
            those of --utc-offset. A check of an earlier version, or one that was done without readings, says less. Of a check
            that later readings have corrected it shows the last version, and what those before it came to in a line each.
            negawatt baseline calculates such figures from a file of readings.
            Exit codes: 0 shown, 1 there is no such check, or Kafka cannot be read.
            """,
        examples: [
            "negawatt explain dr-20261121-1 u-1001 --bootstrap-servers localhost:9092",
            "negawatt explain dr-20261121-1 u-1001 --bootstrap-servers localhost:9092 --json",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let (order, user) = (invocation.operands[0], invocation.operands[1])
        let kafka = try KafkaOptions(configuration)
        guard let found = try CheckSearch(order: order, user: user, properties: kafka.all).run() else {
            writeError(
                "negawatt explain: there is no check of customer \(user) in order \(order): it may wait for readings, the "
                    + "customer may not have accepted, or its event is no longer kept\n")
            return .failure
        }
        if configuration[json] {
            write(String(decoding: found.event, as: UTF8.self).printableJSON + "\n")
        } else {
            let zone = Zone(utcOffset: configuration[KepcoOptions.utcOffset])
            write(CheckReport(found.check, zone, earlier: found.earlier).text)
        }
        return .success
    }
}
