import CRdKafka

/// The version of librdkafka that a program runs with, and all that hangs on it. Whatever it was built with: Debian 12
/// has 2.0.2, Debian 13 has 2.8.0, and one program runs on both.
package struct LibraryVersion: Comparable, Sendable, CustomStringConvertible {
    /// As `rd_kafka_version` has it: 0xMMmmrrxx, of which the last is a candidate's number.
    private let number: Int32

    /// For comparing.
    package init(_ major: Int32, _ minor: Int32, _ revision: Int32) {
        number = major << 24 | minor << 16 | revision << 8 | 0xff
    }

    private init(_ number: Int32) { self.number = number | 0xff }

    /// Of the library that is loaded, which need not be the one that was compiled against.
    package static let current = LibraryVersion(rd_kafka_version())

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }

    package var description: String { "\(number >> 24).\(number >> 16 & 0xff).\(number >> 8 & 0xff)" }

    /// What it was compiled with, `builtin.features`: ssl, lz4, sasl_gssapi and so on, separated by commas.
    package static var features: String {
        var list = [CChar](repeating: 0, count: 1024)
        var size = list.count
        let settings = unsafe rd_kafka_conf_new()
        defer { unsafe rd_kafka_conf_destroy(settings) }
        let result = unsafe rd_kafka_conf_get(settings, "builtin.features", &list, &size)
        return result == RD_KAFKA_CONF_OK ? text(list) : ""
    }

    // MARK: Properties

    /// What every client gets. From 2.5 on (KIP-714) each that is destroyed waits up to a second to tell brokers of
    /// itself, which nobody here has asked for: a daemon makes and destroys several at its start.
    var clientDefaults: [String: String] { self >= Self(2, 5, 0) ? ["enable.metrics.push": "false"] : [:] }

    /// What a client gets that fetches. From 2.2 on a partition whose queue is full pauses for a second, and nothing
    /// wakes it before.
    var fetchDefaults: [String: String] { isFetchBackoffBounded ? ["fetch.queue.backoff.ms": "10"] : [:] }

    /// What a member of a group is. From 2.4 on there is another protocol, which later versions will take where nothing
    /// is said (KIP-848): it gives and takes partitions one by one, for which a member has to ask in another way.
    var memberProperties: [String: String] { self >= Self(2, 4, 0) ? ["group.protocol": "classic"] : [:] }

    // MARK: What it does not do right

    /// Before 2.2 it sleeps up to a second when its queue was full, and only what arrives wakes it: see `FetchNudge`.
    var needsNudges: Bool { !isFetchBackoffBounded }

    private var isFetchBackoffBounded: Bool { self >= Self(2, 2, 0) }

    /// Before 2.6.1 it says its nonce of SCRAM twice. Kafka does not take that from 3.7.2, 3.8.1, 3.9 and 4.0 on.
    var isScramRight: Bool { self >= Self(2, 6, 1) }

    // What is not asked here, since it is walked around whatever the version is:
    //
    // - up to 2.16, the newest that was looked at: `rd_kafka_send_offsets_to_transaction` does not keep its timeout
    //   (`OffsetsCall`); a commit or an abort with -1 waits for ever (`TransactionalProducer`); a producer of which a
    //   record was refused continues behind its number (`Loop.recover`); a client that is destroyed while it leaves its
    //   group waits for ever (`Loop.leave`);
    // - from 2.4 to 2.9: what a client knows of a topic is in memory that has been freed, once the topic was deleted
    //   and created again within one interval of its metadata (its issue 4970). It ends by SIGSEGV at one of the next
    //   looks, in 2.4.0 and 2.8.0 within twenty topics created again; 2.3.0, 2.10.0 and 2.16.0 took hundreds. So looks
    //   at topics have clients of their own (`Loop.identify`), but the members and the producer of a daemon live as
    //   long as it does.

    // MARK: What it does not have

    /// From 2.3 on it tells a topic's id, by functions which `TopicIDs` looks for: a program that was built with an
    /// older one has no names for them.
    package var hasTopicIDs: Bool { self >= Self(2, 3, 0) }
}
