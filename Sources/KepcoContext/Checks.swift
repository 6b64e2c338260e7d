import Contracts
import JSON
import Workers

/// Every check that was asked for, by `<userId>/<drId>`: it is done once, and again for corrections.
enum Checks: Table {
    static let name: StaticString = "checks"

    static func key(_ id: ResponseID) -> String { "\(id.user.text)/\(id.order.text)" }

    static func id(_ key: String) -> ResponseID? {
        guard let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let order = key[key.utf8.index(after: slash)...]
        return ResponseID(OrderID(text: String(order)), UserID(text: String(key[..<slash])))
    }

    struct Row: Workers.Row {
        /// Characters of why a check goes by kepco's settings.
        static let reasonLimit = 200

        struct Outcome {
            /// nil in a row of a version that corrected nothing.
            var baselineWh: Int64?
            var usedWh: Int64?
            var isReal: Bool
            var reducedWh: Int64
            var adjustPoint: Int64
            /// 1, and one more for each correction.
            var version: Int64 = 1
            /// What a Wh brought when it was done first: a correction pays the same, whatever is set by then.
            var milliPointsPerWh: Int64?
            /// Why it went by kepco's settings, where its order names a market: corrections do so, too.
            var bySettings: String?
            /// nil where the points are by the customer's own reduction.
            var sharing: PointSharing?

            func isLike(_ other: Self) -> Bool {
                (baselineWh, usedWh, reducedWh) == (other.baselineWh, other.usedWh, other.reducedWh)
                    && (adjustPoint, isReal) == (other.adjustPoint, other.isReal)
            }
        }

        var userName: String
        var startsAt: Timestamp
        var endsAt: Timestamp
        /// Until when it waits for readings.
        var deadline: Timestamp
        /// By which rules it is done; nil for an order of an earlier version.
        var kind: OrderKind?
        /// The customer's, for whoever reads the check.
        var resource: ResourceID?
        /// Which of the order's quarter hours were another order's when it was asked for: they stay so.
        var countedFor: [CountedFor] = []
        /// Of the order, whose check this is, and not of the reading that completes it.
        var trace: TraceParent?
        /// nil as long as it waits.
        var outcome: Outcome?
        /// What of it is in the sum of its resource; nil where nothing is, since there is none, or as of an earlier
        /// version.
        var inSum: InSum?
        /// What of it is in its resource's own baseline.
        var own: OwnUse?

        enum InSum: String {
            /// That the customer accepted.
            case accepted
            /// That he has been checked, and nothing counts.
            case leftOut
            /// All of it.
            case counted
        }

        init(_ saved: ListSaved, endsAt: Timestamp, deadline: Timestamp, trace: TraceParent?) {
            (userName, startsAt, kind) = (saved.entry.userName, saved.entry.startsAt, saved.kind)
            (self.endsAt, self.deadline, self.trace) = (endsAt, deadline, trace)
            resource = saved.entry.resource
        }

        init(_ fields: borrowing Fields) throws(JSONError) {
            userName = try fields.text("userName")
            startsAt = try fields.required("startsAt")
            endsAt = try fields.required("endsAt")
            deadline = try fields.required("deadline")
            kind = try OrderKind(fields)
            resource = try fields.optional("resource")
            countedFor = try CountedFor.read(fields)
            trace = try fields.trace()
            inSum = try fields.optionalText("inSum", atMost: 20).flatMap(InSum.init)
            let own = try OwnUse(fields, in: .min ... .max)
            self.own = own.order == nil ? nil : own
            guard fields.has("isReal") else { return }
            outcome = Outcome(
                baselineWh: try fields.optional("baselineWh", in: Limits.orderWh),
                usedWh: try fields.optional("usedWh", in: Limits.orderWh), isReal: try fields.required("isReal"),
                reducedWh: try fields.required("reducedWh", in: Limits.orderWh),
                adjustPoint: try fields.required("adjustPoint", in: Limits.points),
                version: try fields.optional("version", in: Limits.version) ?? 1,
                milliPointsPerWh: try fields.optional("milliPointsPerWh", in: Limits.points),
                bySettings: try fields.optionalText("bySettings", atMost: Self.reasonLimit),
                sharing: try PointSharing.read(fields))
        }

        func write(_ json: inout JSONWriter) {
            json.field("userName", userName)
            json.field("startsAt", startsAt)
            json.field("endsAt", endsAt)
            json.field("deadline", deadline)
            kind?.write(&json)
            json.field("resource", ifThere: resource)
            CountedFor.write(countedFor, &json)
            json.field(ifThere: trace)
            json.field("inSum", ifThere: inSum?.rawValue)
            own?.write(&json)
            guard let outcome else { return }
            json.field("isReal", outcome.isReal)
            json.field("reducedWh", outcome.reducedWh)
            json.field("adjustPoint", outcome.adjustPoint)
            if let baselineWh = outcome.baselineWh { json.field("baselineWh", baselineWh) }
            if let usedWh = outcome.usedWh { json.field("usedWh", usedWh) }
            if outcome.version > 1 { json.field("version", outcome.version) }
            if let milliPointsPerWh = outcome.milliPointsPerWh { json.field("milliPointsPerWh", milliPointsPerWh) }
            json.field("bySettings", ifThere: outcome.bySettings)
            outcome.sharing?.write(&json)
        }
    }
}

extension Checks.Row.Outcome {
    /// What a check comes to, which is done first or once more. Points that a resource shares stay as they are until
    /// the next settlement; a check that is not real has none in any case.
    /// - Parameters:
    ///   - hasResource: whether the customer belongs to one.
    ///   - payment: what a settlement pays; nil where none does.
    init(_ reduction: Reduction, _ before: Self?, _ rules: CheckRules, hasResource: Bool, _ payment: Payment?) {
        let milliPointsPerWh = before?.milliPointsPerWh ?? rules.milliPointsPerWh
        let first = rules.isByResource && hasResource ? PointSharing() : nil
        let sharing = payment?.sharing ?? (before == nil ? first : before?.sharing)
        let points =
            sharing == nil
            ? reduction.points(milliPointsPerWh: milliPointsPerWh)
            : reduction.isReal ? payment?.points ?? before?.adjustPoint ?? 0 : 0
        self.init(
            baselineWh: reduction.baselineWh, usedWh: reduction.usedWh, isReal: reduction.isReal,
            reducedWh: reduction.reducedWh, adjustPoint: points,
            version: (before?.version ?? 0) + 1, milliPointsPerWh: milliPointsPerWh, bySettings: rules.bySettings,
            sharing: sharing)
    }
}

/// What a settlement of a resource's points pays a customer.
struct Payment: Hashable, Sendable {
    let points: Int64
    let sharing: PointSharing
}
