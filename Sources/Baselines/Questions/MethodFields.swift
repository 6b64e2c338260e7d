package import JSON

/// A method as JSON: what is left out has the default that README names.
extension BaselineMethod {
    /// The names of all fields that it may have; `from` is read by whoever keeps methods from dates on.
    package static let fields = [
        "name", "from", "dayType", "days", "keep", "rank", "eligibleDays", "calendarDays", "newestDaysBefore",
        "windows", "includesOrderDay", "highest", "useRules", "bringBack", "leastDays", "gapOfReference", "gapOfOrder",
        "adjustment", "intervalMin",
    ]

    package init(_ fields: borrowing Fields) throws {
        let name = try Self.name(fields, atMost: 100)
        let windows = try Window.windows(fields, "windows")
        let days = try fields.required("days", in: windows.isEmpty ? 1...20 : 0...20)
        self.init(
            name, dayType: try Self.choice(fields, "dayType", .weekdays), days: Int(days),
            keep: try Self.keep(fields, days: days), rank: try Self.choice(fields, "rank", .hour))
        if let count = try fields.optional("eligibleDays", in: 1...400) { lookBack = .eligibleDays(Int(count)) }
        if let count = try fields.optional("calendarDays", in: 1...400) { lookBack = .calendarDays(count) }
        if !windows.isEmpty { measure = .windows(windows) }
        if try fields.optional("highest") ?? false { measure = .highest }
        useRules = try Self.rules(fields)
        if try fields.optional("bringBack") ?? false { shortage = .bringBack }
        if let least = try fields.optional("leastDays", in: 1...20) { shortage = .highestExcluded(Int(least)) }
        gaps = GapRule(
            reference: try Self.choice(fields, "gapOfReference", .leaveOut),
            order: try Self.choice(fields, "gapOfOrder", .hour))
        if fields.isThere("adjustment") {
            try NestedFields.object(fields, "adjustment") { adjustment = try Adjustment($0) }
        }
        interval = try Self.interval(fields)
        newestDaysBefore = try fields.optional("newestDaysBefore", in: 1...31) ?? 1
        includesOrderDay = try fields.optional("includesOrderDay") ?? false
        guard !includesOrderDay || !windows.isEmpty else {
            throw QuestionError("includesOrderDay is of windows only: else the order would be compared with itself")
        }
        if measure != .sameTime, rank == .hour { rank = .event }
    }

    private static func interval(_ fields: borrowing Fields) throws -> Int64 {
        let interval = try fields.optional("intervalMin", in: 1...60) ?? 60
        guard Readings.intervals.contains(interval) else {
            throw QuestionError("field \"intervalMin\" is \(interval): write \(Readings.intervals)")
        }
        return interval
    }

    /// "all", "top 4" or "middle 6".
    private static func keep(_ fields: borrowing Fields, days: Int64) throws -> Keep {
        let text: String = try fields.optional("keep") ?? "all"
        if text == "all" { return .all }
        let words = text.split(separator: " ")
        guard words.count == 2, let count = Int(words[1]), (1...max(days, 1)).contains(Int64(count)) else {
            throw QuestionError("field \"keep\" is \(text.shown): write all, top N or middle N, at most \(days)")
        }
        switch words[0] {
        case "top": return .top(count)
        case "middle": return .middle(count)
        default: throw QuestionError("field \"keep\" is \(text.shown): write all, top N or middle N")
        }
    }

    /// Whoever reads what was found by it reads the name, too.
    private static func name(_ fields: borrowing Fields, atMost limit: Int) throws -> String {
        let name = try fields.string("name", atMost: limit)
        guard !name.isEmpty else { throw QuestionError("field \"name\" is empty: write 1 to \(limit) characters") }
        return name
    }

    private static func rules(_ fields: borrowing Fields) throws -> [UseRule] {
        var rules: [UseRule] = []
        try NestedFields.objects(fields, "useRules", atMost: 4) { fields in
            rules.append(
                UseRule(
                    try name(fields, atMost: 50), comparison: try choice(fields, "comparison", .mean),
                    below: try fields.optional("below", in: 0...1000) ?? 0,
                    above: try fields.optional("above", in: 1...10_000)))
        }
        return rules
    }

    /// A word that stands for a case; without the field the default.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ fields: borrowing Fields, _ name: StaticString, _ otherwise: Choice
    ) throws -> Choice {
        guard let text: String = try fields.optional(name) else { return otherwise }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw QuestionError("field \"\(name)\" is \(text.shown): write one of \(words)")
        }
        return choice
    }
}

extension Adjustment {
    init(_ fields: borrowing Fields) throws {
        let windows = try Window.windows(fields, "windows")
        guard !windows.isEmpty else { throw QuestionError("field \"windows\" is missing or empty") }
        let least = try fields.optional("least", in: 0...100)
        let most = try fields.optional("most", in: 100...1000)
        self.init(
            try BaselineMethod.choice(fields, "kind", .additive), windows,
            basis: try BaselineMethod.choice(fields, "basis", .averaged),
            caps: least == nil && most == nil ? nil : (least ?? 0)...(most ?? 1_000_000))
    }
}

extension Window {
    /// Such as {"anchor": "start", "fromMin": -240, "toMin": -60}.
    static func windows(_ fields: borrowing Fields, _ name: String) throws -> [Window] {
        var windows: [Window] = []
        try NestedFields.objects(fields, name, atMost: 8) { fields in
            let bounds: ClosedRange<Int64> = -1440...1440
            let (from, to) = (try fields.required("fromMin", in: bounds), try fields.required("toMin", in: bounds))
            guard from < to else { throw QuestionError("it ends before it starts") }
            windows.append(Window(try BaselineMethod.choice(fields, "anchor", .start), from..<to))
        }
        return windows
    }
}
