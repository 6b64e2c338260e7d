/// A day that can be a reference, and its use in what the method compares: an entry a column.
struct Candidate {
    let day: Day
    let daysBefore: Int64
    let uses: [Int64?]

    /// The use in some columns; nil when one has a gap.
    func use(_ columns: Range<Int>) -> Int64? {
        var sum: Int64 = 0
        for column in columns {
            guard let use = uses[column] else { return nil }
            sum += use
        }
        return sum
    }
}

/// The days that a method looks at, newest first.
struct Candidates {
    let method: BaselineMethod
    let rules: DayRules
    let order: OrderTime
    let history: any UseHistory
    /// What is compared: the order's intervals, its windows or, for the highest, its intervals.
    let stretches: [Minutes]

    /// However many days are excluded, no walk goes further.
    private static let furthest: Int64 = 1000

    /// nil when the method needs the order's notice and does not know it.
    init?(_ method: BaselineMethod, _ rules: DayRules, _ order: OrderTime, _ history: any UseHistory) {
        (self.method, self.rules, self.order, self.history) = (method, rules, order, history)
        switch method.measure {
        case .sameTime, .highest: stretches = order.minutes.split(method.interval)
        case .windows(let windows):
            guard let places = order.place(windows) else { return nil }
            stretches = places
        }
    }

    /// Columns: of windows and of the highest interval there is one.
    var columns: Int { method.measure == .sameTime ? stretches.count : 1 }

    /// Looks back as far as the method does.
    func find() throws -> [Candidate] {
        var found: [Candidate] = []
        // How many references each choice of days has: the walk need not go on when all have enough.
        let choices = method.rank == .hour ? (0..<columns).map { $0..<($0 + 1) } : [0..<columns]
        var counts = [Int](repeating: 0, count: choices.count)
        let (most, furthest, isLazy) = reach
        var daysBefore = method.newestDaysBefore
        while daysBefore <= furthest, found.count < most {
            defer { daysBefore += 1 }
            let day = order.day - daysBefore
            guard obstacle(daysBefore) == nil else { continue }
            let candidate = try candidate(day, daysBefore)
            found.append(candidate)
            guard isLazy else { continue }
            for (position, columns) in choices.enumerated() where candidate.use(columns) != nil {
                counts[position] += 1
            }
            if counts.allSatisfy({ $0 >= method.days }) { break }
        }
        return found
    }

    /// Days excluded for orders and the like, as far back as the method looks; those with the highest use first, of
    /// equal ones the newest.
    func excluded() throws -> [Candidate] {
        var found: [(candidate: Candidate, use: Int64)] = []
        let furthest = min(reach.furthest, history.daysKept)
        for daysBefore in stride(from: method.newestDaysBefore, through: furthest, by: 1) {
            let day = order.day - daysBefore
            guard rules.excluded.contains(day), rules.isOfType(day, method.dayType), !overlaps(daysBefore) else {
                continue
            }
            let candidate = try candidate(day, daysBefore)
            if let use = candidate.use(0..<columns) { found.append((candidate, use)) }
        }
        return found.sorted { ($1.use, $0.candidate.daysBefore) < ($0.use, $1.candidate.daysBefore) }.map(\.candidate)
    }

    /// How many eligible days, how many days of the calendar, and whether the walk stops when there are enough. Days of
    /// which nothing is kept are eligible like others: they are days with gaps.
    var reach: (most: Int, furthest: Int64, isLazy: Bool) {
        switch method.lookBack {
        case .eligibleDays(let count): (count, Self.furthest, false)
        case .calendarDays(let count): (.max, min(count, history.daysKept), method.useRules.isEmpty)
        case .kept: (.max, history.daysKept, method.useRules.isEmpty)
        }
    }

    /// Why a day can be no reference, whatever its use.
    func obstacle(_ daysBefore: Int64) -> DayLeftOut.Why? {
        rules.obstacle(order.day - daysBefore, method.dayType) ?? (overlaps(daysBefore) ? .order : nil)
    }

    /// A reference that would reach into the order itself is none.
    private func overlaps(_ daysBefore: Int64) -> Bool {
        Int64(order.minutes.count) > daysBefore * Day.minutes
    }

    private func candidate(_ day: Day, _ daysBefore: Int64) throws -> Candidate {
        Candidate(day: day, daysBefore: daysBefore, uses: try uses(daysBefore: daysBefore, method.gaps.reference))
    }

    /// What is compared, so many days before; 0 is the order's own day.
    func uses(daysBefore: Int64, _ gaps: BaselineMethod.GapRule.Reference) throws -> [Int64?] {
        let uses =
            switch gaps {
            case .leaveOut: try history.use(in: stretches, daysBefore: daysBefore)
            case .zero: try history.useWithoutGaps(in: stretches, daysBefore: daysBefore) as [Int64?]
            }
        switch method.measure {
        case .sameTime: return uses
        case .windows: return [uses.contains(nil) ? nil : uses.reduce(0) { $0 + ($1 ?? 0) }]
        case .highest: return [uses.contains(nil) ? nil : uses.compactMap { $0 }.max()]
        }
    }
}
