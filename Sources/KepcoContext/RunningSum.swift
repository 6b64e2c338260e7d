import Contracts
import JSON
import Workers

/// What customers come to in an order, as far as it is known here: of a partition's own, with what was sent of it last;
/// at the resource's home the last of each partition, and all of them together.
struct RunningSum: Hashable, Sendable {
    /// A timer so much overdue is gone: a version that does not know it has taken it.
    private static let patience = Duration.seconds(3600)

    private(set) var sum = ResourceSum()
    /// Of the last message, sent or received; 0 before the first.
    private(set) var version: Int64 = 0
    /// The latest one of the customers' readings.
    private(set) var deadline: Timestamp
    /// Whether it is another one than was sent.
    private(set) var isChanged = false
    /// Of the last timer that was set.
    private(set) var due: Timestamp?
    /// At the resource's home: what the order orders of it; nil where that is not known.
    var part: OrderedPart?

    /// Whether there has been anything to send.
    var hasBegun: Bool { version > 0 || isChanged }

    /// Of no customer yet.
    init(deadline: Timestamp) { self.deadline = deadline }

    /// What a partition has sent.
    init(_ sent: SumResource) { (sum, version, deadline) = (sent.sum, sent.version, sent.deadline) }

    /// - Parameter time: when what has changed it came to Kafka.
    /// - Returns: when it has to be sent, if no timer is set for that: a period later, and a period behind the last.
    mutating func add(
        _ change: ResourceSum, _ deadline: Timestamp, at time: Timestamp, period: Duration
    ) -> Timestamp? {
        let isTimed = isChanged && due.map { time <= $0 + Self.patience } ?? false
        sum = sum + change
        self.deadline = max(self.deadline, deadline)
        isChanged = true
        return isTimed ? nil : max(time, due ?? time) + period
    }

    mutating func setDue(_ due: Timestamp) { self.due = due }

    /// It is sent now.
    /// - Returns: false where that has been done, or it has been sent as often as can be said.
    mutating func send() -> Bool {
        guard isChanged, version < Limits.version.upperBound else { return false }
        (isChanged, version) = (false, version + 1)
        return true
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        sum = try ResourceSum(fields, in: .min ... .max)
        version = try fields.required("version", in: 0...Limits.version.upperBound)
        deadline = try fields.required("deadline")
        isChanged = try fields.optional("isChanged") ?? false
        due = try fields.optional("due")
        part = try OrderedPart(fields)
    }

    func write(_ json: inout JSONWriter) {
        sum.write(&json)
        json.field("version", version)
        json.field("deadline", deadline)
        if isChanged { json.field("isChanged", true) }
        json.field("due", ifThere: due)
        part?.write(&json)
    }
}

/// Of which order and resource a sum is. No id holds a slash.
struct SumKey: Hashable, Sendable {
    let order: OrderID
    let resource: ResourceID

    init(_ order: OrderID, _ resource: ResourceID) { (self.order, self.resource) = (order, resource) }

    /// As a timer's id has it; nil where it is none.
    init?(_ timer: String) {
        guard let slash = timer.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        order = OrderID(text: String(timer[..<slash]))
        resource = ResourceID(text: String(timer[timer.utf8.index(after: slash)...]))
    }

    var timer: String { "\(order.text)/\(resource.text)" }

    /// Of the partition's own customers.
    var own: String { "\(Waiting.sumPrefix)\(timer)" }

    /// At the resource's home: of all customers.
    var all: String { "\(Waiting.totalPrefix)\(timer)" }

    /// At the resource's home: of a partition's.
    func part(_ partition: Int32) -> String { "\(all)/\(partition)" }
}

extension Waiting {
    static let (sumPrefix, totalPrefix) = ("//sum/", "//total/")

    /// Whether a sum lies there, orders whose load is followed, a part of a settlement, or a resource's orders.
    static func isSwept(_ key: String) -> Bool {
        isSum(key) || key.utf8.starts(with: livePrefix.utf8) || isOfSettlement(key)
            || key.utf8.starts(with: ownOrdersPrefix.utf8)
    }

    /// Whether a sum lies there.
    static func isSum(_ key: String) -> Bool {
        key.utf8.starts(with: sumPrefix.utf8) || key.utf8.starts(with: totalPrefix.utf8)
    }
}
