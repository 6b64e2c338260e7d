package import Contracts
package import JSON
import Workers

/// That an order is over, and how far that is known. An answer may lie in a partition that is not its customer's, for
/// some clients choose partitions in their own ways: only when every partition has passed the end have all answers
/// arrived.
package struct Ending: Row, Hashable {
    package let endedAt: Timestamp
    /// The partitions that have passed the end.
    package private(set) var passed: [Int32] = []

    package init(at time: Timestamp) { endedAt = time }

    package func hasPassed(_ partition: Int32) -> Bool { passed.contains(partition) }

    package mutating func pass(_ partition: Int32) {
        if !hasPassed(partition) { passed.append(partition) }
    }

    package func isComplete(among partitions: Int32) -> Bool { passed.count >= Int(partitions) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        endedAt = try fields.required("endedAt")
        passed = try fields.numbers("passed", in: 0...Int64(Int32.max), atMost: 10_000).map { Int32($0 ?? 0) }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("endedAt", endedAt)
        json.field("passed", passed.map { Int64($0) })
    }
}
