import Contracts
import JSON
import Workers

/// A notice in a queue, or on its way: its key says all.
struct SendingRow: Row, Hashable {
    init() {}
    init(_ fields: borrowing Fields) throws(JSONError) {}
    func write(_ json: inout JSONWriter) {}
}

/// Which notices wait and which are on their way, channel by channel: so the next ones are found, and those on their
/// way are counted, without looking at any notice.
enum Sendings: Table {
    typealias Row = SendingRow
    static let name: StaticString = "sendings"

    /// Notices of orders that say what to do go before all others of a channel.
    enum Queue: String, CaseIterable {
        case orders = "0"
        case others = "1"

        init(_ kind: NoticeKind) { self = kind.isUrgent ? .orders : .others }
    }

    private static let waitingPrefix = "wait/"
    private static let beatPrefix = "beat/"

    static func waiting(_ channel: String, _ queue: Queue) -> String { "\(waitingPrefix)\(channel)/\(queue.rawValue)/" }
    static func onTheirWay(_ channel: String) -> String { "call/\(channel)/" }

    /// Of a notice that waits or is on its way: by when it may go out, or is handed over again. nil of any other one.
    static func key(_ place: NoticePlace, _ notice: Notice) -> String? {
        guard let due = notice.due else { return nil }
        let prefix: String
        switch notice.state {
        case .waiting: prefix = waiting(notice.channel, Queue(notice.kind))
        case .sent: prefix = onTheirWay(notice.channel)
        case .held, .accepted, .delivered, .seen, .failed: return nil
        }
        return "\(prefix)\(due.digits)/\(place.rowKey)"
    }

    /// The last beat of which notices were handed over. nil before the first one.
    static func lastBeat(_ transaction: Transaction) throws -> Timestamp? {
        let key = try transaction.keys(Self.self, prefix: beatPrefix, atMost: 1).first
        return key.flatMap { Int64($0.dropFirst(beatPrefix.count)) }.map { Timestamp(milliseconds: $0) }
    }

    static func note(beat: Timestamp, _ transaction: Transaction) throws {
        for key in try transaction.keys(Self.self, prefix: beatPrefix, atMost: 1) {
            transaction.delete(Self.self, key)
        }
        transaction.put(Self.self, beatPrefix + beat.digits, SendingRow())
    }

    /// The time, and the key of the notice's row.
    static func parse(_ key: String, behind prefix: String) -> (due: Int64, rowKey: String)? {
        let rest = key.utf8.dropFirst(prefix.utf8.count)
        let parts = rest.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let due = Int64(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        return (due, String(decoding: parts[1], as: UTF8.self))
    }

    /// The channels of which something waits.
    static func channels(_ transaction: Transaction) throws -> [String] {
        var channels: [String] = []
        var after: String?
        while channels.count < 64,
            let key = try transaction.keys(Self.self, prefix: waitingPrefix, after: after, atMost: 1).first
        {
            let name = key.dropFirst(waitingPrefix.count).prefix { $0 != "/" }
            channels.append(String(name))
            // Behind all of the channel: 0 comes behind the slash.
            after = "\(waitingPrefix)\(name)0"
        }
        return channels
    }
}
