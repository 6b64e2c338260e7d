import Contracts
import JSON
import Workers

/// How far a settlement of a resource's points is in a partition: the step that it does, and which of its customers
/// have been through it.
struct Settling: Hashable, Sendable {
    let version: Int64
    let step: SettlementStep
    let deadline: Timestamp
    let points: Int64
    let ofWh: Int64
    let bucket: Int64
    /// Remainders in the bucket that are still to be rounded up.
    private(set) var roundUp: Int64
    /// The customer to whom it has come; empty before the first.
    var cursor = ""
    private(set) var wholePoints: Int64 = 0
    var isDone = false

    init(_ command: SettlePoints) {
        (version, step, deadline) = (command.version, command.step, command.deadline)
        (points, ofWh, bucket, roundUp) = (command.points, command.ofWh, command.bucket, command.roundUp)
    }

    /// Whether this is what follows.
    func isFollowed(by command: SettlePoints) -> Bool {
        guard command.step != .freeze else { return command.version > version }
        return command.version == version && isDone && (step, command.step) != (.pay, .pay)
            && step == (command.step == .share ? .freeze : .share)
    }

    mutating func add(_ quota: Quota) {
        wholePoints = min(wholePoints &+ quota.whole, Limits.sum.upperBound)
    }

    /// What a customer is paid, rounded up or not. Customers come in their order.
    mutating func points(of quota: Quota) -> Int64 {
        guard let own = quota.bucket, own >= bucket else { return quota.whole }
        if own == bucket {
            guard roundUp > 0 else { return quota.whole }
            roundUp -= 1
        }
        return min(quota.whole + 1, Limits.points.upperBound)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        step = try SettlementStep(fields, "settling")
        version = try fields.required("version", in: Limits.version)
        deadline = try fields.required("deadline")
        points = try fields.required("points", in: 0...Limits.sum.upperBound)
        ofWh = try fields.required("ofWh", in: 0...Limits.sum.upperBound)
        bucket = try fields.required("bucket", in: 0...Int64(SettlePoints.buckets))
        roundUp = try fields.required("roundUp", in: 0...Limits.sum.upperBound)
        cursor = try fields.optionalText("cursor") ?? ""
        wholePoints = try fields.required("wholePoints", in: 0...Limits.sum.upperBound)
        isDone = try fields.optional("isDone") ?? false
    }

    func write(_ json: inout JSONWriter) {
        json.field("settling", step.rawValue)
        json.field("version", version)
        json.field("deadline", deadline)
        json.field("points", points)
        json.field("ofWh", ofWh)
        json.field("bucket", bucket)
        json.field("roundUp", roundUp)
        if !cursor.isEmpty { json.field("cursor", cursor) }
        json.field("wholePoints", wholePoints)
        if isDone { json.field("isDone", true) }
    }
}

/// How many customers have how much of a point left over: in a partition while it counts them, and at the resource's
/// home of each partition that has done the step.
struct Remainders: Hashable, Sendable {
    let version: Int64
    let step: SettlementStep
    let deadline: Timestamp
    /// By the bucket; none behind the last that has some.
    private(set) var counts: [Int64] = []

    init(_ settling: Settling) { (version, step, deadline) = (settling.version, settling.step, settling.deadline) }

    init(_ part: SettledPart) {
        (version, step, deadline, counts) = (part.version, part.step, part.deadline, part.remainders)
    }

    mutating func add(_ quota: Quota) {
        guard let bucket = quota.bucket, bucket < SettlePoints.buckets else { return }
        if bucket >= counts.count { counts += [Int64](repeating: 0, count: bucket + 1 - counts.count) }
        counts[bucket] += 1
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        counts = try fields.remainders()
        version = try fields.required("version", in: Limits.version)
        step = try SettlementStep(fields, "step")
        deadline = try fields.required("deadline")
    }

    func write(_ json: inout JSONWriter) {
        json.field("remainders", counts)
        json.field("version", version)
        json.field("step", step.rawValue)
        json.field("deadline", deadline)
    }
}

extension SumKey {
    /// Of the partition's own customers, what they share by.
    var shares: String { "\(Waiting.sharePrefix)\(timer)/" }
    func share(_ user: UserID) -> String { "\(shares)\(user.text)" }
    var settling: String { "\(Waiting.settlingPrefix)\(timer)" }
    var remainders: String { "\(Waiting.remaindersPrefix)\(timer)" }
    /// At the resource's home.
    var settlement: String { "\(Waiting.settlementPrefix)\(timer)" }
    func settled(_ partition: Int32) -> String { "\(settlement)/\(partition)" }

    /// The timer's id of a step, which no other step has.
    func step(_ settling: Settling) -> String { "\(timer)/\(settling.version)/\(settling.step.rawValue)" }

    /// Whose step that is; nil where it is none.
    init?(step id: String) {
        let parts = id.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        self.init(OrderID(text: String(parts[0])), ResourceID(text: String(parts[1])))
    }
}

extension Waiting {
    static let (sharePrefix, settlingPrefix) = ("//share/", "//settling/")
    static let (remaindersPrefix, settlementPrefix) = ("//remainders/", "//settlement/")

    static func isOfSettlement(_ key: String) -> Bool {
        [sharePrefix, settlingPrefix, remaindersPrefix, settlementPrefix].contains { key.utf8.starts(with: $0.utf8) }
    }
}
