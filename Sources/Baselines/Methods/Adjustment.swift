/// How a baseline is brought to the level of the order's day: by the use in windows around the order, beside that of
/// the reference days in the same windows. No data in any of them, no adjustment.
package struct Adjustment: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The difference of the mean hours is added to each hour; a part of an hour gets its part.
        case additive
        /// Each interval is multiplied by the quotient.
        case ratio
    }

    /// Whose use is compared with the order day's.
    package enum Basis: String, Sendable, CaseIterable {
        /// The days averaged for the order's first interval.
        case averaged
        /// All reference days of the first interval, also those that were not averaged.
        case references
    }

    package var kind: Kind
    package var windows: [Window]
    package var basis: Basis
    /// The adjusted baseline is at least and at most so many percent of the unadjusted one; nil: no cap.
    package var caps: ClosedRange<Int64>?

    package init(
        _ kind: Kind, _ windows: [Window], basis: Basis = .averaged, caps: ClosedRange<Int64>? = nil
    ) {
        (self.kind, self.windows, self.basis, self.caps) = (kind, windows, basis, caps)
    }

    package static func before(_ kind: Kind, from: Int64, to: Int64, caps: ClosedRange<Int64>? = nil) -> Self {
        Self(kind, [Window(.start, (from * 60)..<(to * 60))], caps: caps)
    }
}

/// A stretch of time beside an order, in minutes from its start, its end or its notice.
package struct Window: Sendable, Hashable {
    package enum Anchor: String, Sendable, CaseIterable { case start, end, notice }

    package var anchor: Anchor
    package var minutes: Minutes

    package init(_ anchor: Anchor, _ minutes: Minutes) { (self.anchor, self.minutes) = (anchor, minutes) }
}
