import Contracts
import JSON
import Workers

/// A notice in a queue, or on its way.
struct SendingRow: Row, Hashable {
    /// Of one that is on its way: when it is handed over again.
    var until: Timestamp?

    init(until: Timestamp? = nil) { self.until = until }
    init(_ fields: borrowing Fields) throws(JSONError) { until = try fields.optional("until") }
    func write(_ json: inout JSONWriter) { json.field("until", ifThere: until) }
}

/// Which notices wait and which are on their way, channel by channel: so the next ones are found, and those on their
/// way are counted, without looking at any notice.
enum Sendings: Table {
    typealias Row = SendingRow
    static let name: StaticString = "sendings"

    /// Notices of orders go before all others of a channel.
    enum Queue: String, CaseIterable {
        case orders = "0"
        case others = "1"

        init(_ kind: NoticeKind) { self = kind.subject == .order ? .orders : .others }
    }

    private static let waitingPrefix = "wait/"

    static func waiting(_ channel: String, _ queue: Queue) -> String { "\(waitingPrefix)\(channel)/\(queue.rawValue)/" }
    static func waiting(_ channel: String) -> String { "\(waitingPrefix)\(channel)/" }
    static func onTheirWay(_ channel: String) -> String { "call/\(channel)/" }

    /// - Parameter due: when it may go out.
    static func waiting(_ place: NoticePlace, _ notice: Notice, due: Timestamp) -> String {
        "\(waiting(notice.channel, Queue(notice.kind)))\(due.digits)/\(place.rowKey)"
    }

    static func onItsWay(_ place: NoticePlace, _ notice: Notice) -> String {
        onTheirWay(notice.channel) + place.rowKey
    }

    /// When it may go out, and what, of the key of one that waits.
    static func parse(waiting key: String) -> (due: Int64, rowKey: String)? {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let due = Int64(String(decoding: parts[3], as: UTF8.self)) else { return nil }
        return (due, String(decoding: parts[4], as: UTF8.self))
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
