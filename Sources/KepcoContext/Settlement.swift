import Contracts
import JSON
import Workers

/// The settlements of a resource's points in an order, at the resource's home: one at a time, in three steps that each
/// partition does.
struct Settlement: Hashable, Sendable {
    /// A timer so much overdue is gone, and so is a settlement: a version that does not know them has taken its timers.
    private static let (patience, lastPatience) = (Duration.seconds(3600), Duration.seconds(86_400))

    /// Of the last that has begun; 0 before the first.
    private(set) var version: Int64 = 0
    /// What the partitions do; nil while none is under way.
    private(set) var step: SettlementStep?
    private(set) var deadline: Timestamp
    /// Partitions that have done it.
    private(set) var replies: Int64 = 0
    /// How often what customers have reduced had changed when it began.
    private(set) var changes: Int64 = 0
    private(set) var reducedWh: Int64 = 0
    private(set) var positiveWh: Int64 = 0
    private(set) var milliPointsPerWh: Int64 = 0
    private(set) var points: Int64 = 0
    private(set) var wholePoints: Int64 = 0
    private(set) var begunAt: Timestamp?
    /// Of the next one's timer.
    var due: Timestamp?
    private(set) var finished: SettledPoints?

    init(deadline: Timestamp) { self.deadline = deadline }

    /// What customers have reduced has changed, maybe.
    /// - Parameters:
    ///   - gathering: how long it takes until all of it is known.
    ///   - period: how far settlements are apart.
    /// - Returns: when the next one has to begin, if no timer is set for that.
    mutating func plan(_ total: RunningSum, at time: Timestamp, gathering: Duration, period: Duration) -> Timestamp? {
        deadline = max(deadline, total.deadline)
        guard total.sum.shareChanges > changes else { return nil }
        if step != nil, let begunAt, time <= begunAt + Self.lastPatience { return nil }
        if let due, time <= due + Self.patience { return nil }
        let ready = max(time, total.deadline + gathering)
        return (begunAt.map { max(ready, $0 + period) } ?? ready) + gathering
    }

    /// - Returns: false where no version is left.
    mutating func begin(at time: Timestamp) -> Bool {
        guard version < Limits.version.upperBound else { return false }
        (version, step, replies, due, begunAt) = (version + 1, .freeze, 0, nil, time)
        (changes, reducedWh, positiveWh, milliPointsPerWh) = (0, 0, 0, 0)
        (points, wholePoints) = (0, 0)
        return true
    }

    /// A partition has done the step. Sums go around at their ends, as those of the resource.
    mutating func add(_ part: SettledPart) {
        replies += 1
        changes &+= part.changes
        reducedWh &+= part.reducedWh
        positiveWh &+= part.positiveWh
        milliPointsPerWh = max(milliPointsPerWh, part.milliPointsPerWh)
        wholePoints &+= part.wholePoints
    }

    /// All have frozen what they have: what is shared is max(0, the resource's reduction), in whole points, halves up.
    mutating func share() {
        (step, replies) = (.share, 0)
        (reducedWh, positiveWh) = (min(reducedWh, Limits.sum.upperBound), min(positiveWh, Limits.sum.upperBound))
        let exact = Int128(max(0, reducedWh)) * Int128(max(0, milliPointsPerWh))
        points = Int64(min((exact + 500) / 1000, Int128(Limits.sum.upperBound)))
    }

    mutating func pay() { (step, replies) = (.pay, 0) }

    mutating func finish() {
        (step, replies) = (nil, 0)
        finished = SettledPoints(
            settlement: version, reducedWh: max(reducedWh, Limits.sum.lowerBound), ofWh: max(positiveWh, 0),
            points: points)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        version = try fields.required("settlements", in: 0...Limits.version.upperBound)
        step = fields.has("step") ? try SettlementStep(fields, "step") : nil
        deadline = try fields.required("deadline")
        replies = try fields.required("replies", in: .min ... .max)
        changes = try fields.required("changes", in: .min ... .max)
        reducedWh = try fields.required("reducedWh", in: .min ... .max)
        positiveWh = try fields.required("positiveWh", in: .min ... .max)
        milliPointsPerWh = try fields.required("milliPointsPerWh", in: Limits.points)
        points = try fields.required("points", in: 0...Limits.sum.upperBound)
        wholePoints = try fields.required("wholePoints", in: .min ... .max)
        begunAt = try fields.optional("begunAt")
        due = try fields.optional("due")
        finished = try SettledPoints.read(fields)
    }

    func write(_ json: inout JSONWriter) {
        json.field("settlements", version)
        json.field("step", ifThere: step?.rawValue)
        json.field("deadline", deadline)
        json.field("replies", replies)
        json.field("changes", changes)
        json.field("reducedWh", reducedWh)
        json.field("positiveWh", positiveWh)
        json.field("milliPointsPerWh", milliPointsPerWh)
        json.field("points", points)
        json.field("wholePoints", wholePoints)
        json.field("begunAt", ifThere: begunAt)
        json.field("due", ifThere: due)
        finished?.write(&json)
    }
}
