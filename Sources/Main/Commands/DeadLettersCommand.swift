import Configuration
import Contracts
import JSON
import Kafka

/// `negawatt deadletters list | replay CONTEXT`.
enum DeadLettersCommand {
    private static let limit = ConfigurationKey(
        option: "limit", .integer(1...1_000_000), "N", default: 50, "how many to list, the newest first")
    private static let all = ConfigurationKey(
        flag: "all", "starts at the oldest, and includes those replayed or skipped before")
    private static let rehearsal = ConfigurationKey(flag: "dry-run", "only shows what would be sent")

    static let command = CommandDeclaration(
        name: "deadletters", summary: "Lists the records that a context has rejected, and replays them",
        commands: [list, replay])

    private static let list = CommandDeclaration(
        name: "list", summary: "Lists the records that a context has rejected, with the reasons",
        operands: [Tree.context],
        options: KafkaOptions.keys
            + [
                limit, DeadLetterSelection.kind, DeadLetterSelection.partition, DeadLetterSelection.offset,
                StateCommand.json,
            ],
        examples: ["negawatt deadletters list user --bootstrap-servers localhost:9092 --kind malformed"]
    ) { invocation in
        let configuration = invocation.configuration
        let context = Context(invocation.operands[0])
        let selection = try DeadLetterSelection(configuration)
        let limit = configuration[limit]
        let kafka = try KafkaOptions(configuration)
        let reader = DeadLetterReader(topic: context.deadLetters, properties: kafka.all)
        var deadLetters: [DeadLetter] = []
        var count = 0
        func thin() {
            deadLetters.sort {
                ($0.time?.milliseconds ?? 0, $0.partition, $0.offset) < (
                    $1.time?.milliseconds ?? 0, $1.partition, $1.offset
                )
            }
            deadLetters = deadLetters.suffix(limit)
        }
        _ = try reader.run(from: reader.beginnings(Admin(kafka.all, log: LogOptions.forTools))) { deadLetter in
            guard selection.takes(deadLetter) else { return }
            count += 1
            deadLetters.append(deadLetter)
            // By partition they come, by time they are shown: twice as many are kept meanwhile.
            if deadLetters.count >= 2 * limit { thin() }
        }
        thin()
        if configuration[StateCommand.json] {
            for deadLetter in deadLetters { write(line(deadLetter)) }
        } else {
            write(deadLetters.isEmpty ? "no dead letters\n" : table(deadLetters))
            if count > deadLetters.count { write("the newest \(deadLetters.count) of \(count); --limit shows more\n") }
        }
        return .success
    }

    private static let replay = CommandDeclaration(
        name: "replay", summary: "Asks a context to handle rejected records again",
        operands: [Tree.context],
        options: KafkaOptions.keys
            + [
                DeadLetterSelection.kind, DeadLetterSelection.partition, DeadLetterSelection.offset, all, rehearsal,
            ],
        about: """
            Sends one Replay to the context's commands for each dead letter that no earlier replay has seen. After a failure it
            can be started again any number of times. The daemon reads the dead letter and handles the record as if it had just
            come from its topic, with its original time. With --kind other kinds are skipped; with --partition it replays the
            selected dead letters, even if they were replayed before. A record that is refused again becomes a new dead letter.
            """,
        examples: [
            "negawatt deadletters replay user --bootstrap-servers localhost:9092 --dry-run",
            "negawatt deadletters replay user --bootstrap-servers localhost:9092 --partition 3 --offset 17",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let isRehearsal = configuration[rehearsal]
        let kafka = try KafkaOptions(configuration)
        let replay = try DeadLetterReplay(
            Context(invocation.operands[0]), kafka.all, DeadLetterSelection(configuration),
            isAll: configuration[all])
        var shown = 0
        let outcome = try replay.run(isRehearsal: isRehearsal) { deadLetter in
            shown += 1
            write(
                "\(deadLetter.place)  \(deadLetter.type.printable)  \(deadLetter.keyText.printable)  \(deadLetter.reason.printable)\n"
            )
        }
        write(
            isRehearsal
                ? "nothing was sent: this was a dry run\n"
                : "\(outcome.sent) sent to \(invocation.operands[0]).commands\n")
        if outcome.passedOver > 0 {
            let does = isRehearsal ? "would be" : "were"
            write("\(outcome.passedOver) of other kinds \(does) skipped: --all includes them again\n")
        }
        for obstacle in DeadLetter.Obstacle.allCases {
            guard let count = outcome.leftOut[obstacle] else { continue }
            write("\(count) left out: \(obstacle.words)\n")
        }
        guard replay.selection.offset == nil || shown > 0 || !outcome.leftOut.isEmpty else {
            writeError("there is no such dead letter: negawatt deadletters list shows the existing ones\n")
            return .failure
        }
        return .success
    }

    private static func table(_ deadLetters: [DeadLetter]) -> String {
        var table = TextTable("WHERE", "TIME", "KIND", "TYPE", "KEY", "SOURCE", "REASON", "VALUE")
        for deadLetter in deadLetters {
            table.add(
                deadLetter.place, deadLetter.time.map { "\($0)" } ?? "-", deadLetter.kind, short(deadLetter.type, 30),
                deadLetter.key == nil ? "-" : short(deadLetter.keyText, 30), deadLetter.source, deadLetter.reason,
                deadLetter.value.map { short(String(decoding: $0.prefix(400), as: UTF8.self), 60) } ?? "null")
        }
        return table.text
    }

    private static func short(_ text: String, _ limit: Int) -> String {
        text.count > limit ? text.prefix(limit - 1) + "…" : text
    }

    private static func line(_ deadLetter: DeadLetter) -> String {
        JSONLine.text { json in
            json.field("partition", Int64(deadLetter.partition))
            json.field("offset", deadLetter.offset)
            json.field("time", ifThere: deadLetter.time)
            json.field("kind", deadLetter.kind)
            json.field("reason", deadLetter.reason)
            json.field("source", deadLetter.source)
            json.field("type", deadLetter.type)
            json.field("key", ifThere: deadLetter.key.map { String(decoding: $0, as: UTF8.self) })
            json.field("value", ifThere: deadLetter.value.map { String(decoding: $0, as: UTF8.self) })
        } + "\n"
    }
}
