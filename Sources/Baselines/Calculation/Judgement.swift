/// Which candidates a method's use rules drop.
struct Judgement {
    /// The position of the rule that dropped a day.
    let droppedBy: [Day: Int]

    init(_ candidates: [Candidate], _ rules: [UseRule], columns: Int) {
        var droppedBy: [Day: Int] = [:]
        for (position, rule) in rules.enumerated() {
            let judged = candidates.compactMap { candidate in
                droppedBy[candidate.day] == nil ? candidate.use(0..<columns).map { (candidate, $0) } : nil
            }
            for (candidate, use) in judged where Self.drops(rule, use, judged, columns) {
                droppedBy[candidate.day] = position
            }
        }
        self.droppedBy = droppedBy
    }

    /// Compares use × 100 × weight with the level × percent, so that nothing is divided.
    private static func drops(
        _ rule: UseRule, _ use: Int64, _ judged: [(candidate: Candidate, use: Int64)], _ columns: Int
    ) -> Bool {
        let (level, weight): (Int128, Int128) =
            switch rule.comparison {
            case .mean: (judged.reduce(0) { $0 + Int128($1.use) }, Int128(judged.count))
            case .highestInterval:
                (Int128(judged.flatMap(\.candidate.uses).compactMap { $0 }.max() ?? 0) * Int128(columns), 1)
            }
        let scaled = Int128(use) * 100 * weight
        return scaled < level * Int128(rule.below) || rule.above.map { scaled > level * Int128($0) } ?? false
    }
}
