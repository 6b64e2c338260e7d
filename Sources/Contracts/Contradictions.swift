/// What an event of another context says of itself, and cannot be. Whoever takes it refuses it with this: nothing
/// follows from what contradicts itself, least of all points.
extension ReductionOutcome {
    package var contradiction: String? {
        let fault: String? =
            if isReal, answer != .accept {
                "the reduction is real, but the answer was \(answer.rawValue)"
            } else if isReal, reducedWh <= 0 {
                "the reduction is real, but \(reducedWh) Wh were reduced"
            } else if isReal, adjustPoint < 0 {
                "the reduction is real, but pays \(adjustPoint) points"
            } else if !isReal, adjustPoint != 0 {
                "the reduction is not real, but pays \(adjustPoint) points"
            } else if !isReal, reducedWh > 0 {
                "the reduction is not real, but \(reducedWh) Wh were reduced"
            } else {
                nil
            }
        return fault.map { "the check of response \(ResponseID(order, user)) contradicts itself: \($0)" }
    }
}

extension DRStarted {
    package var contradiction: String? {
        if status != "started" { return "order \(id) cannot have been announced with the status \"\(status)\"" }
        if let endsAt, endsAt <= startsAt { return "order \(id) cannot start at \(startsAt) and end at \(endsAt)" }
        return nil
    }
}

extension DREnded {
    /// An order may end in the millisecond in which it starts.
    package var contradiction: String? {
        if status != "ended" { return "order \(id) cannot have ended with the status \"\(status)\"" }
        if endsAt < startsAt { return "order \(id) cannot have started at \(startsAt) and ended at \(endsAt)" }
        return nil
    }
}

extension DRChanged {
    package var contradiction: String? {
        if status != "started" { return "order \(id) cannot have been changed with the status \"\(status)\"" }
        if let endsAt, endsAt <= startsAt { return "order \(id) cannot start at \(startsAt) and end at \(endsAt)" }
        return nil
    }
}

extension DRCancelled {
    /// When it was cancelled may lie before its start.
    package var contradiction: String? {
        if status != "cancelled" { return "order \(id) cannot have been cancelled with the status \"\(status)\"" }
        return nil
    }
}

extension ListEntry {
    /// An order may end in the millisecond in which it starts.
    package var contradiction: String? {
        guard let endsAt, endsAt < startsAt else { return nil }
        return "response \(id): the order cannot have started at \(startsAt) and ended at \(endsAt)"
    }
}
