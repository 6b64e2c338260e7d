import Contracts

/// How much is held about a customer: by topic and by what it is.
struct HeldSummary {
    /// Of one kind of records.
    struct Count: Equatable {
        var records = 0
        /// ms since 1970; nil where no record says it.
        var oldest: Int64?
        var newest: Int64?

        mutating func add(at time: Int64?) {
            records += 1
            guard let time else { return }
            oldest = min(oldest ?? time, time)
            newest = max(newest ?? time, time)
        }
    }

    private(set) var counts: [String: [String: Count]] = [:]
    /// Of changelogs: the keys whose last record is a row. As many as the customer has rows.
    private var rows: [String: [String: Set<String>]] = [:]

    var isEmpty: Bool { counts.isEmpty }

    mutating func add(_ what: String, in topic: Topic, at time: Int64?) {
        counts[topic.name, default: [:]][what, default: Count()].add(at: time)
    }

    /// A record of a changelog: without a value the row is gone.
    mutating func add(row key: String, isThere: Bool, _ what: String, in topic: Topic, at time: Int64?) {
        add(what, in: topic, at: time)
        if isThere {
            rows[topic.name, default: [:]][what, default: []].insert(key)
        } else {
            rows[topic.name]?[what]?.remove(key)
        }
    }

    func rowsNow(_ what: String, in topic: Topic) -> Int? {
        topic.cleanup == .compact ? rows[topic.name]?[what]?.count ?? 0 : nil
    }

    var text: String {
        var table = TextTable("TOPIC", "WHAT", "RECORDS>", "ROWS NOW>", "OLDEST", "NEWEST", "GOES")
        for topic in Topic.all {
            for (what, count) in (counts[topic.name] ?? [:]).sorted(by: { $0.key < $1.key }) {
                table.add(
                    topic.name, what, "\(count.records)", rowsNow(what, in: topic).map { "\($0)" } ?? "",
                    Self.text(count.oldest), Self.text(count.newest),
                    topic.daysKept.map { "after \($0) days" } ?? "with its row")
            }
        }
        return table.text
    }

    private static func text(_ time: Int64?) -> String { time.map { "\(Timestamp(milliseconds: $0))" } ?? "" }
}
