/// How much a consumer takes at a time: what bounds the memory of a daemon, whatever lies in its inputs.
///
/// librdkafka, on all versions up to 2.15, bounds what waits by the number of records (`queued.min.messages`) and by
/// the bytes of their values (`queued.max.messages.kbytes`). Keys, headers and the 300 bytes that it spends on each
/// record do not count there, and what one answer brings comes on top. So the worst is, for each broker that leads some
/// of the partitions:
///
/// - an answer full of empty records: 36 times its size (39 MB for 1 MiB);
/// - and once for all of them the bound's number of records as large as a topic takes them.
///
/// Where batches are compressed an answer unpacks to far more than itself. Of zstd a batch that would take more than
/// `receive.message.max.bytes` is refused for ever; gzip, lz4 and snappy are unpacked however much it is: 1 KiB of gzip
/// becomes 1 MiB.
package struct FetchBounds: Sendable, Equatable {
    /// Whether batches in the inputs may be compressed by someone who means harm.
    package var isCompressed: Bool
    /// The largest `max.message.bytes` of the inputs: a batch as large as that has to get through.
    package var largestBatch: Int

    /// For inputs that may be compressed or not, and whose batches have at most so many bytes.
    package init(isCompressed: Bool = false, largestBatch: Int = RecordLimits.usualBatch) {
        (self.isCompressed, self.largestBatch) = (isCompressed, largestBatch)
    }

    /// What gzip can do: a batch unpacks to at most as many times its size.
    static let gzipRatio = 1032
    /// What no compressed batch of a topic may take, so that it is not worth making one.
    static let smallBatch = 131_072

    /// librdkafka's for a consumer.
    package var properties: [String: String] {
        [
            // No answer but a single batch is larger; a batch that is comes alone.
            "fetch.max.bytes": "\(isCompressed ? Self.compressedFetch : RecordLimits.fetch)",
            // Or the others of a daemon's partitions would wait for the first one.
            "fetch.message.max.bytes": "\(isCompressed ? Self.compressedFetch : RecordLimits.fetchPartition)",
            // Its bound for what is fetched.
            "message.max.bytes": "1000",
            "queued.min.messages": isCompressed ? "8" : "64", "queued.max.messages.kbytes": "32768",
            "receive.message.max.bytes": "\(answer)",
        ]
    }

    /// The largest answer that is taken, and the most that a batch of zstd is unpacked to.
    private var answer: Int { RecordLimits.answer(largestBatch: largestBatch) }

    /// Of one answer, where batches may be compressed: four of a thousand bytes.
    private static let compressedFetch = 4096

    /// How single records are looked for: little more than those is read, and whoever asks for an offset that is not
    /// there does not hold up the next one by half a second.
    static func lookup(queueKiB: Int) -> [String: String] {
        [
            "fetch.wait.max.ms": "10", "queued.min.messages": "100", "queued.max.messages.kbytes": "\(queueKiB)",
            "fetch.message.max.bytes": "\(RecordLimits.fetchPartition)", "fetch.max.bytes": "\(RecordLimits.fetch)",
            "fetch.error.backoff.ms": "10",
        ]
    }

    /// What one batch of gzip can take, in MiB, where batches may be compressed.
    var batchMiB: Int { largestBatch.multipliedReportingOverflow(by: Self.gzipRatio).partialValue >> 20 }

    /// What one answer of one broker can take of zstd, which packs closer and is bounded.
    var zstdMiB: Int { 4 * answer >> 20 }
}
