/// The reference days of some columns, and how they were found.
struct Selection {
    let columns: Range<Int>
    /// Newest first.
    let references: [Candidate]
    /// Those of them that are averaged, newest first.
    let averaged: [Candidate]
    let notUsed: [DayLeftOut]
    /// References that are not averaged.
    let outranked: [DayLeftOut]
    /// Days that are references for want of others, in the order in which they came.
    let cameBack: [Day]

    /// The sum of a column over the days that are averaged.
    func sum(_ column: Int) -> Int64 { averaged.reduce(0) { $0 + ($1.uses[column] ?? 0) } }
}

extension Candidates {
    /// A selection for each column, or one for all of them.
    func select() throws -> [Selection] {
        let candidates = try find()
        let judgement = Judgement(candidates, method.useRules, columns: columns)
        guard method.rank == .hour else { return [try select(0..<columns, candidates, judgement)] }
        return try (0..<columns).map { try select($0..<($0 + 1), candidates, judgement) }
    }

    private func select(_ columns: Range<Int>, _ candidates: [Candidate], _ judgement: Judgement) throws -> Selection {
        let whole = candidates.filter { $0.use(columns) != nil }
        var references = Array(whole.lazy.filter { judgement.droppedBy[$0.day] == nil }.prefix(method.days))
        var back: [Candidate] = []
        switch method.shortage {
        case .fewer: break
        case .bringBack:
            for rule in method.useRules.indices.reversed() {
                back += whole.filter { judgement.droppedBy[$0.day] == rule }
            }
            back = Array(back.prefix(method.days - references.count))
        case .highestExcluded(let least):
            if references.count < least { back = Array(try excluded().prefix(least - references.count)) }
        }
        references = (references + back).sorted { $0.day > $1.day }
        let returned = Set(back.map(\.day))
        let notUsed = candidates.compactMap { candidate -> DayLeftOut? in
            if candidate.use(columns) == nil { return DayLeftOut(candidate.day, .gap) }
            guard let rule = judgement.droppedBy[candidate.day], !returned.contains(candidate.day) else { return nil }
            return DayLeftOut(candidate.day, .dropped(method.useRules[rule].name))
        }
        let (averaged, outranked) = try keep(references, columns)
        return Selection(
            columns: columns, references: references, averaged: averaged, notUsed: notUsed, outranked: outranked,
            cameBack: back.map(\.day))
    }

    /// Of equal uses the newer day ranks higher.
    private func keep(
        _ references: [Candidate], _ columns: Range<Int>
    ) throws -> (averaged: [Candidate], outranked: [DayLeftOut]) {
        let kept: Int
        switch method.keep {
        case .all: return (references, [])
        case .top(let count), .middle(let count): kept = count
        }
        let surplus = references.count - kept
        guard surplus > 0 else { return (references, []) }
        let high: Int
        if case .middle = method.keep { high = min(surplus, method.days - kept) / 2 } else { high = 0 }
        let ranked = try references.map { ($0, try use($0, columns)) }
            .sorted { ($0.1, $0.0.day) < ($1.1, $1.0.day) }.map(\.0)
        let outranked =
            ranked.prefix(surplus - high).map { DayLeftOut($0.day, .lowest) }
            + ranked.suffix(high).map { DayLeftOut($0.day, .highest) }
        return (ranked[(surplus - high)..<(ranked.count - high)].sorted { $0.day > $1.day }, outranked)
    }

    /// The use by which a day is ranked.
    private func use(_ candidate: Candidate, _ columns: Range<Int>) throws -> Int64 {
        guard method.rank == .day else { return candidate.use(columns) ?? 0 }
        return try history.useWithoutGaps(in: [order.day.allDay], daysBefore: candidate.daysBefore)[0]
    }
}
