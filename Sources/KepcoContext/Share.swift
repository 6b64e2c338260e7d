import Contracts
import JSON
import Workers

/// What a customer has of the points that his resource shares: by that row he is found, and by that much he shares. As
/// long as a settlement is under way, it goes by what it was when that began.
struct Share: Hashable, Sendable {
    /// What he has reduced; at least 0.
    private(set) var wh: Int64 = 0
    /// The same when the settlement of this version began, where it is another now.
    private(set) var frozenWh: Int64 = 0
    private(set) var frozenFor: Int64 = 0
    /// Of his check.
    let deadline: Timestamp
    let milliPointsPerWh: Int64

    /// Of a customer who has nothing yet.
    init(deadline: Timestamp, milliPointsPerWh: Int64) {
        (self.deadline, self.milliPointsPerWh) = (deadline, milliPointsPerWh)
    }

    /// - Parameter version: of the settlement that has begun last here; 0 before the first.
    mutating func change(to wh: Int64, behind version: Int64) {
        if version > 0, frozenFor != version { (frozenWh, frozenFor) = (self.wh, version) }
        self.wh = wh
    }

    /// As the settlement has it that has begun last.
    func wh(in version: Int64) -> Int64 { frozenFor == version ? frozenWh : wh }

    init(_ fields: borrowing Fields) throws(JSONError) {
        wh = try fields.required("shareWh", in: 0...Limits.orderWh.upperBound)
        frozenWh = try fields.optional("frozenWh", in: 0...Limits.orderWh.upperBound) ?? 0
        frozenFor = try fields.optional("frozenFor", in: Limits.version) ?? 0
        deadline = try fields.required("deadline")
        milliPointsPerWh = try fields.required("milliPointsPerWh", in: Limits.points)
    }

    func write(_ json: inout JSONWriter) {
        json.field("shareWh", wh)
        if frozenFor > 0 {
            json.field("frozenWh", frozenWh)
            json.field("frozenFor", frozenFor)
        }
        json.field("deadline", deadline)
        json.field("milliPointsPerWh", milliPointsPerWh)
    }
}

/// A customer's part of whole points: max(0, reduction) of all of them.
struct Quota: Hashable, Sendable {
    private(set) var whole: Int64 = 0
    /// In 1,024ths of a point what is left over, rounded down; nil where it is nothing.
    private(set) var bucket: Int?

    init(_ wh: Int64, of all: Int64, points: Int64) {
        guard all > 0, wh > 0, points > 0 else { return }
        let (quotient, remainder) = (Int128(wh) * Int128(points)).quotientAndRemainder(dividingBy: Int128(all))
        // A forged message may share more than there is.
        whole = min(Int64(clamping: quotient), Limits.points.upperBound)
        if remainder > 0 { bucket = Int(remainder * Int128(SettlePoints.buckets) / Int128(all)) }
    }
}

/// Which remainders are rounded up, so that all parts come to the points that are shared: the largest ones, by buckets;
/// of those in the last bucket the first partitions' first customers.
struct RoundingUp: Hashable, Sendable {
    /// Those above it are rounded up.
    private(set) var bucket = SettlePoints.buckets
    /// How many in it are, by the partition.
    private(set) var counts: [Int64]

    /// - Parameters:
    ///   - points: that whole parts leave over.
    ///   - remainders: of each partition how many customers a bucket has.
    init(_ points: Int64, _ remainders: [[Int64]]) {
        counts = [Int64](repeating: 0, count: remainders.count)
        var left = points
        while left > 0, bucket > 0 {
            bucket -= 1
            let inBucket = remainders.map { bucket < $0.count ? $0[bucket] : 0 }
            let all = inBucket.reduce(0, &+)
            if all < left, bucket > 0 {
                left -= all
                continue
            }
            for (place, count) in inBucket.enumerated() {
                counts[place] = min(count, left)
                left -= counts[place]
            }
            return
        }
    }
}
