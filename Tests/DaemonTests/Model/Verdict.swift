import Foundation

@testable import Daemon

/// What has to hold in the end, and of files at any time.
struct Verdict {
    private let schedule: Schedule
    private var kafka: ModelKafka { schedule.kafka }

    init(_ schedule: Schedule) { self.schedule = schedule }

    // MARK: The end

    /// What keeps it from being done; nil when nothing does.
    var what: String? {
        for topic in ModelKafka.inputs {
            for partition in 0..<kafka.partitions {
                let place = ModelPartition(topic: topic, partition: partition)
                let handled = schedule.audit.handled[place] ?? 0
                if let last = kafka.happened(place).last, last.offset >= handled {
                    return "\(place) has been handled up to \(handled) of \(last.offset + 1)"
                }
            }
        }
        for value in schedule.inputs.values {
            if case .later(let user) = schedule.inputs.meanings[value], !schedule.audit.hasFired(user) {
                return "the timer of \(user) has not fired"
            }
        }
        return kafka.unfinished.isEmpty ? nil : "transactions \(kafka.unfinished) are not told everywhere"
    }

    func check() {
        checkOrder()
        var (events, letters): ([Int: Int], Int) = ([:], 0)
        for partition in 0..<kafka.partitions {
            for (_, entry) in kafka.happened(ModelPartition(topic: ModelKafka.events, partition: partition)) {
                if entry.header("type") == "Added" { events[number("\"id\":\"", entry.text), default: 0] += 1 }
            }
            letters += kafka.happened(ModelPartition(topic: ModelKafka.deadLetters, partition: partition)).count
        }
        var expectedLetters = 0
        for (id, value) in schedule.inputs.values.enumerated() {
            switch schedule.inputs.meanings[value] {
            case .add: if events[id] != 1 { schedule.fail("\(value) has \(events[id] ?? 0) events") }
            case .refused, .malformed: expectedLetters += 1
            default: break
            }
        }
        if letters != expectedLetters { schedule.fail("\(letters) dead letters instead of \(expectedLetters)") }
    }

    /// Each customer's events are a chain: one more record, its amount more; those of one input in the order in which
    /// they lie there. The last one is what the changelog says.
    private func checkOrder() {
        for partition in 0..<kafka.partitions {
            var sums: [String: (count: Int, amount: Int)] = [:]
            var last: [String: Int] = [:]
            for (_, entry) in kafka.happened(ModelPartition(topic: ModelKafka.events, partition: partition)) {
                guard entry.header("type") == "Added" else { continue }
                let user = entry.keyText
                let before = sums[user] ?? (0, 0)
                let (count, amount) = (number("\"count\":", entry.text), number("\"amount\":", entry.text))
                if count != before.count + 1 || amount != before.amount + number("\"id\":\"", entry.text) {
                    schedule.fail("\(user) was at \(before), and then came \(entry.text)")
                }
                sums[user] = (count, amount)
                let source = (entry.header("id") ?? "").split(separator: "-")
                guard source.count == 4, let offset = Int(source[2]) else {
                    schedule.fail("an event without a source: \(entry.headers)")
                    continue
                }
                if let last = last["\(user) \(source[0])"], last >= offset {
                    schedule.fail("\(user): \(offset) behind \(last)")
                }
                last["\(user) \(source[0])"] = offset
            }
            let rows = fold(partition, below: .max)
            for (user, sum) in sums {
                let row = rows["sums/\(user)"] ?? ""
                guard number("\"count\":", row) == sum.count, number("\"amount\":", row) == sum.amount else {
                    schedule.fail("the changelog says \(row) of \(user), the events \(sum)")
                    continue
                }
            }
            if let timer = rows.keys.first(where: { $0.hasPrefix("timers/") && $0 != Changelog.positionsKey }) {
                schedule.fail("\(timer) is still there")
            }
        }
    }

    private func number(_ name: String, _ text: String) -> Int {
        guard let range = text.range(of: name) else { return -1 }
        return Int(text[range.upperBound...].prefix { $0.isNumber }) ?? -1
    }

    // MARK: Files

    private func fold(_ partition: Int, below position: Int) -> [String: String] {
        let log = kafka.log(ModelPartition(topic: ModelKafka.changelog, partition: partition))
        var rows: [String: String] = [:]
        for entry in log.entries.prefix(position) where kafka.hasHappened(entry) {
            rows[entry.keyText] = entry.value == nil ? nil : entry.text
        }
        return rows
    }

    /// No file is ahead of its own producer's transactions or behind one that has happened, and each is what the
    /// changelog makes of it: up to its position, or a little further where Kafka did not say at which offset the last
    /// rows lie.
    func checkFiles(of replica: Replica) throws {
        for partition in 0..<kafka.partitions {
            guard let file = try FileContent(replica.directory.file(Int32(partition))) else { continue }
            kafka.count.filesChecked += 1
            let log = kafka.log(ModelPartition(topic: ModelKafka.changelog, partition: partition))
            let undecided = log.entries.prefix(file.position).compactMap(\.transaction).filter {
                !kafka.transactions[$0].isDecided
            }
            // Someone else's can be open still, whose offsets are refused: it will come to nothing.
            for number in undecided { kafka.transactions[number].isPassed = true }
            let name = "the file of partition \(partition) of \(replica.index), at \(file.position),"
            if file.position > log.high
                || undecided.contains(where: { kafka.transactions[$0].producer == replica.transactionalID })
            {
                schedule.fail("\(name) is ahead: of \(log.high), these are not decided: \(undecided)")
            }
            let decided = log.entries.firstIndex { $0.transaction.map { !kafka.transactions[$0].isDecided } ?? false }
            let ends = file.position...max(decided ?? log.high, file.position)
            if ends.contains(where: { fold(partition, below: $0) == file.rows }) { continue }
            schedule.fail(
                "\(name) has \(text(file.rows)), the changelog says \(text(fold(partition, below: file.position)))")
        }
    }

    private func text(_ rows: [String: String]) -> String {
        rows.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
}
