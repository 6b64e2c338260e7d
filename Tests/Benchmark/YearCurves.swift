import Contracts

/// What a year has come to day by day, and whether it stays bounded.
struct YearCurves {
    /// Of a context.
    struct Figures {
        /// Of its state files, as they have grown.
        var fileBytes: Int
        /// Of its changelog on the broker's disk.
        var logBytes: Int
        /// Records of the changelog that a daemon with an empty disk has read.
        var restoredRows: Int
        var restoreMs: Int
    }

    struct Stop {
        let day: Int
        /// By context and table.
        let live: [String: YearTail.Rows]
        let deadLetters: [String: Int]
        var contexts: [String: Figures] = [:]

        init(day: Int, live: [String: YearTail.Rows], deadLetters: [String: Int]) {
            (self.day, self.live, self.deadLetters) = (day, live, deadLetters)
        }

        /// Of a context, over all tables.
        func rows(_ context: String) -> YearTail.Rows {
            live.reduce(into: YearTail.Rows()) { sum, entry in
                guard entry.key.hasPrefix(context + "/") else { return }
                sum.count += entry.value.count
                sum.bytes += entry.value.bytes
            }
        }
    }

    /// How long the longest-lived rows of a context stay, in days, and some more until a sweep has come by: README says
    /// it of each table.
    static let kept = ["dr": 815, "user": 815, "response": 405, "kepco": 480]
    /// Rows of customers who have left, which stay for as long as points are owed and 810 days more.
    private static let ofCustomers: Set<String> = ["user/customers", "user/users"]
    /// A table of fewer rows goes up and down by chance.
    private static let few = 500
    private(set) var stops: [Stop] = []

    mutating func add(_ stop: Stop) {
        stops.append(stop)
        for context in Context.all.map(\.name) {
            guard let figures = stop.contexts[context] else { continue }
            let rows = stop.rows(context)
            say(
                "row",
                "\(stop.day) \(context) \(figures.fileBytes) \(rows.count) \(rows.bytes) \(figures.logBytes) "
                    + "\(figures.restoredRows) \(figures.restoreMs) \(stop.deadLetters[context] ?? 0)")
        }
    }

    /// By table and by context's files: how much more there is at the end than when the longest retention was over for
    /// the first time, in percent.
    var figures: [(name: String, value: String)] {
        guard let last = stops.last else { return [] }
        var figures: [(name: String, value: String)] = []
        for context in Context.all.map(\.name) {
            let tables = last.live.keys.filter { $0.hasPrefix(context + "/") }.sorted()
            for table in tables {
                let rows = stops.map { $0.live[table] ?? YearTail.Rows() }
                figures.append(
                    ("table", "\(table) \(rows[rows.count - 1].count) \(growth(rows.map(\.count), table, context))"))
            }
            let files = stops.map { $0.contexts[context]?.fileBytes ?? 0 }
            figures.append(("files", "\(context) \(files[files.count - 1]) \(growth(files, "", context))"))
        }
        return figures
    }

    /// In percent, or in a word why there is nothing to say.
    private func growth(_ values: [Int], _ table: String, _ context: String) -> String {
        let over = zip(stops, values).filter { $0.0.day >= Self.kept[context] ?? 0 }.map(\.1)
        if Self.ofCustomers.contains(table) { return "customers" }
        if !table.isEmpty, (over.max() ?? 0) < Self.few { return "few" }
        guard over.count >= 6 else { return "too-short" }
        // What is deleted on one day is so by then, or on the next one: of three stops the highest counts.
        let (before, after) = (over.prefix(3).max() ?? 0, over.suffix(3).max() ?? 0)
        return "\((after - before) * 100 / max(before, 1))"
    }

    /// All of it as curves.
    func chart(days: Int) -> YearChart {
        func panel(_ title: String, _ value: (Stop, String) -> Double) -> YearChart.Panel {
            YearChart.Panel(
                title: title,
                lines: Context.all.map { context in
                    (context.name, stops.map { (Double($0.day), value($0, context.name)) })
                })
        }
        return YearChart(
            days: days,
            panels: [
                panel("state files, MB") { Double($0.contexts[$1]?.fileBytes ?? 0) / 1e6 },
                panel("changelog, live records: MB") { Double($0.rows($1).bytes) / 1e6 },
                panel("changelog, live records: thousands") { Double($0.rows($1).count) / 1000 },
                panel("changelog on the broker's disk, MB") { Double($0.contexts[$1]?.logBytes ?? 0) / 1e6 },
                panel("restore from an empty disk, s") { Double($0.contexts[$1]?.restoreMs ?? 0) / 1000 },
            ])
    }
}
