/// Calculates a customer's baseline by a method. No clock, no I/O but the history's.
package struct Calculation {
    private let method: BaselineMethod
    private let rules: DayRules
    private let history: any UseHistory

    package init(_ method: BaselineMethod, _ rules: DayRules, _ history: any UseHistory) {
        (self.method, self.rules, self.history) = (method, rules, history)
    }

    /// - Parameter firstOrder: the day's first order when this is a later one, whose adjustment holds for both.
    package func result(_ order: OrderTime, firstOrder: OrderTime? = nil) throws -> BaselineResult {
        let candidates = Candidates(method, rules, order, history)
        let selections = try candidates?.select() ?? []
        let adjustment = try adjustment(firstOrder ?? order)
        let parts = method.measure == .highest ? [order.minutes] : order.minutes.split(method.interval)
        let used =
            method.measure == .highest
            ? try candidates?.uses(daysBefore: 0, .leaveOut) ?? [nil] : try history.use(in: parts, daysBefore: 0)
        let isLeftOut = method.gaps.order == .customer && used.contains(nil)
        let hours = try parts.indices.map { position in
            let selection = selections.isEmpty ? nil : selections[selections.count == 1 ? 0 : position]
            let unadjusted = try selection.flatMap { try mean($0, position, parts[position], candidates) }
            let reason: BaselineResult.Reason? =
                isLeftOut ? .leftOut : used[position] == nil ? .gap : unadjusted == nil ? .noReference : nil
            return BaselineResult.Hour(
                minutes: parts[position], unadjusted: unadjusted,
                baseline: unadjusted.map { adjusted($0, adjustment, parts[position]) }, used: used[position],
                reason: reason, referenceDays: selection?.references.map(\.day) ?? [],
                averagedDays: selection?.averaged.map(\.day) ?? [], notUsed: selection?.notUsed ?? [],
                leftOut: selection.flatMap { candidates?.leftOut($0) } ?? [], cameBack: selection?.cameBack ?? [])
        }
        return BaselineResult(adjustment: adjustment, hours: hours)
    }

    /// What `result` divides, for callers that round at another place: an entry a choice of days, in the order's order.
    /// - Parameter interval: by which the use is cut, in minutes; the method's is a whole multiple of it.
    package func sums(_ order: OrderTime, by interval: Int64) throws -> [BaselineSums] {
        precondition(
            method.obstacleToChecks == nil && method.interval.isMultiple(of: interval), "no sums by quarter hours")
        guard let candidates = Candidates(method, rules, order, history) else { return [] }
        return try candidates.select().compactMap { selection in
            let stretches = candidates.stretches[selection.columns]
            guard let first = stretches.first, let last = stretches.last else { return nil }
            let minutes = first.lowerBound..<last.upperBound
            let sums =
                method.interval == interval
                ? selection.columns.map(selection.sum) : try sums(selection, minutes.split(interval))
            return BaselineSums(
                minutes: minutes, days: selection.averaged.map(\.day), sums: sums,
                leftOut: candidates.leftOut(selection))
        }
    }

    /// The use of the days that are averaged, by shorter stretches than they were chosen by.
    private func sums(_ selection: Selection, _ stretches: [Minutes]) throws -> [Int64] {
        var sums = [Int64](repeating: 0, count: stretches.count)
        for day in selection.averaged {
            let uses =
                switch method.gaps.reference {
                case .leaveOut: try history.use(in: stretches, daysBefore: day.daysBefore).map { $0 ?? 0 }
                case .zero: try history.useWithoutGaps(in: stretches, daysBefore: day.daysBefore)
                }
            for (position, use) in uses.enumerated() { sums[position] += use }
        }
        return sums
    }

    /// The mean of the days that are averaged, for one part of the order; nil when there is none.
    private func mean(
        _ selection: Selection, _ position: Int, _ part: Minutes, _ candidates: Candidates?
    ) throws -> Fraction? {
        var sum = Int128(selection.sum(method.measure == .sameTime ? position : 0))
        var count = Int128(selection.averaged.count)
        if method.includesOrderDay {
            guard let use = try candidates?.uses(daysBefore: 0, .leaveOut)[0] else { return nil }
            sum += Int128(use)
            count += 1
        }
        guard count > 0 else { return nil }
        guard case .windows(let windows) = method.measure else { return Fraction(sum, over: count) }
        let length = windows.reduce(0) { $0 + $1.minutes.count }
        return Fraction(sum * Int128(part.count), over: count * Int128(length))
    }

    /// Of an additive adjustment the difference of an hour, of a ratio the factor; nil where there is none.
    /// - Parameter order: the day's first one, whose adjustment holds for those behind it.
    package func adjustment(_ order: OrderTime) throws -> BaselineResult.Amount? {
        guard let adjustment = method.adjustment, let windows = order.place(adjustment.windows),
            let selection = try Candidates(method, rules, order, history)?.select().first
        else { return nil }
        let days = adjustment.basis == .averaged ? selection.averaged : selection.references
        guard !days.isEmpty, let today = try use(windows, daysBefore: 0) else { return nil }
        var before: Int128 = 0
        for day in days {
            guard let use = try use(windows, daysBefore: day.daysBefore) else { return nil }
            before += use
        }
        let count = Int128(days.count)
        switch adjustment.kind {
        case .additive:
            let length = windows.reduce(0) { $0 + $1.count }
            return BaselineResult.Amount(
                kind: .additive, value: Fraction((today * count - before) * 60, over: count * Int128(length)))
        case .ratio:
            guard before > 0 else { return nil }
            return BaselineResult.Amount(kind: .ratio, value: Fraction(today * count, over: before))
        }
    }

    /// nil with a gap in one of them.
    private func use(_ windows: [Minutes], daysBefore: Int64) throws -> Int128? {
        var sum: Int128 = 0
        for use in try history.use(in: windows, daysBefore: daysBefore) {
            guard let use else { return nil }
            sum += Int128(use)
        }
        return sum
    }

    private func adjusted(_ baseline: Fraction, _ amount: BaselineResult.Amount?, _ part: Minutes) -> Fraction {
        guard let amount, let adjustment = method.adjustment else { return baseline }
        let length = method.measure == .highest ? method.interval : Int64(part.count)
        let adjusted =
            switch amount.kind {
            case .additive: baseline + amount.value * Fraction(Int128(length), over: 60)
            case .ratio: baseline * amount.value
            }
        guard let caps = adjustment.caps else { return adjusted }
        return min(
            max(adjusted, baseline * Fraction(Int128(caps.lowerBound), over: 100)),
            baseline * Fraction(Int128(caps.upperBound), over: 100))
    }
}
