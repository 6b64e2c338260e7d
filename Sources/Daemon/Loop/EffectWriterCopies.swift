import Contracts
import JSON
import Kafka
import Workers

/// Copies of records: to the dead letters, and to the partition where they belong.
extension EffectWriter {
    /// Bytes of key, value and headers that a dead letter may have.
    private static let deadLetterLimit = RecordLimits.letter
    /// Of key and of value, where Kafka does not take more.
    private static let beginning = RecordLimits.letterBeginning

    // MARK: Dead letters

    /// Keeps a record that has no effect, unchanged, in the transaction that moves past it.
    /// - Parameter source: where it lies.
    func reject(
        _ record: borrowing Record, _ rejection: Rejection, of source: Transaction.Source
    ) throws(KafkaError) {
        var copies = CopiedHeaders()
        record.forEachHeader { copies.add($0, $1) }
        copies.add(record.provenance)
        // Its own time is a header: a dead letter as old as its record might be gone before anybody has read it.
        try reject(
            rejection, of: source, at: record.timestamp, in: record.partition, copies, key: record.key,
            value: record.value)
    }

    /// The same for a dead letter that was handled again in vain.
    /// - Parameter source: where its record lies.
    func reject(
        _ deadLetter: DeadLetter, _ rejection: Rejection, of source: Transaction.Source, in partition: Int32
    ) throws(KafkaError) {
        try deadLetter.lend { (key, value) throws(KafkaError) in
            var copies = CopiedHeaders()
            deadLetter.forEachHeader { copies.add($0, $1) }
            copies.add(deadLetter.provenance)
            try reject(
                rejection, of: source, at: deadLetter.time.milliseconds, in: partition, cut: deadLetter.cut, copies,
                key: key,
                value: value)
        }
    }

    /// The same for a record that has waited as a row and can never be decided. Key and value are the row's.
    func reject(
        _ record: KeptRecord, _ rejection: Rejection, in partition: Int32, key: Span<UInt8>, value: Span<UInt8>
    ) throws(KafkaError) {
        var copies = CopiedHeaders()
        if let type = record.type { copies.add("type", type.utf8.span) }
        copies.add(record.provenance)
        try reject(
            rejection, of: record.source, at: record.time.milliseconds, in: partition, cut: record.cut, copies,
            key: record.key == nil ? nil : key, value: value)
    }

    /// The same for a row of the changelog that no table takes.
    func reject(_ stray: Stray, _ rejection: Rejection, of source: Transaction.Source) throws(KafkaError) {
        try reject(
            rejection, of: source, at: nil, in: source.partition, CopiedHeaders(), key: stray.key.span,
            value: stray.value.span)
    }

    /// The one way to the dead letters.
    private func reject(
        _ rejection: Rejection, of source: Transaction.Source, at time: Int64?, in partition: Int32,
        cut: String? = nil, _ copies: consuming CopiedHeaders, key: Span<UInt8>?, value: Span<UInt8>?
    ) throws(KafkaError) {
        let (keySize, valueSize, left) = (key?.count ?? 0, value?.count ?? 0, copies.left)
        let headers = copies.take()
        headers.explain(rejection, source)
        if let time { headers.add(DeadLetterHeader.time, "\(time)") }
        let isLarge = keySize + valueSize > Self.deadLetterLimit
        if let cut {
            headers.add(DeadLetterHeader.cut, cut)
        } else if isLarge || left > 0 {
            let what = isLarge ? ["key of \(keySize) bytes", "value of \(valueSize) bytes"] : []
            let headersLeft = left > 0 ? ["\(left) more headers"] : []
            headers.add(DeadLetterHeader.cut, (what + headersLeft).joined(separator: ", "))
        }
        if isLarge {
            // It was compressed on its way here. Better its beginning among the dead letters than a daemon that stands
            // still.
            let (key, value) = (Self.beginning(of: key), Self.beginning(of: value))
            try produceDeadLetter(partition, key: key.span, value: value.span, headers, rejection, source)
        } else {
            try produceDeadLetter(partition, key: key, value: value, headers, rejection, source)
        }
        CrashPoint.reach(.letterProduced)
    }

    /// What cannot be produced as it is becomes a dead letter of fixed size: nothing that anybody sends may be in the
    /// way of the others.
    private func produceDeadLetter(
        _ partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?, _ headers: consuming Headers,
        _ rejection: Rejection, _ source: Transaction.Source
    ) throws(KafkaError) {
        do throws(KafkaError) {
            try producer.produce(deadLetters, partition, key: key, value: value, headers: headers)
        } catch {
            guard error.isTooLarge else { throw error }
            let headers = Headers(capacity: 4)
            headers.explain(rejection, source)
            headers.add(DeadLetterHeader.cut, "key, value and headers: Kafka does not take them")
            try producer.produce(deadLetters, partition, key: nil, value: nil, headers: headers)
        }
    }

    private static func beginning(of bytes: Span<UInt8>?) -> [UInt8] {
        guard let bytes else { return [] }
        return bytes.extracting(first: min(bytes.count, beginning)).indices.map { bytes[$0] }
    }

    /// What has come of a replay, with the names of whoever asked for it; behind the messages that the dead letter has
    /// brought about.
    func writeReplayed(
        _ result: Replayed, of source: Transaction.Source, asked: Provenance, index: Int, at now: Timestamp
    ) throws(KafkaError) {
        let headers = Headers(capacity: 6)
        headers.add("type", Replayed.type.bytes)
        headers.add("id", "\(source.topic)-\(source.partition)-\(source.offset)-\(index)")
        headers.add(asked)
        var json = JSONWriter()
        _ = json.message(result, at: now)
        try producer.produce(
            events, result.partition, key: "\(result.partition)-\(result.offset)".utf8.span, value: json.bytes,
            headers: headers)
    }

    // MARK: Forwarding

    /// Why a record cannot be forwarded; nil if it can. It may have been compressed on its way here.
    static func obstacle(toForwarding record: borrowing Record) -> Rejection? {
        var (count, bytes) = (0, 0)
        record.forEachHeader {
            count += 1
            bytes += $0.utf8.count + ($1?.count ?? 0)
        }
        return obstacle((record.key?.count ?? 0) + (record.value?.count ?? 0), headers: count, bytes)
    }

    /// The same of a dead letter that is handled again: more gets into the dead letters than into other topics.
    static func obstacle(toForwarding deadLetter: DeadLetter) -> Rejection? {
        let bytes = deadLetter.headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        return obstacle(
            (deadLetter.key?.count ?? 0) + (deadLetter.value?.count ?? 0), headers: deadLetter.headers.count, bytes)
    }

    static func obstacle(_ content: Int, headers count: Int, _ bytes: Int) -> Rejection? {
        if content + bytes + count * 16 > limit { return doesNotFit }
        guard count <= DeadLetterHeader.countLimit, bytes <= DeadLetterHeader.bytesLimit else {
            return Rejection(
                .malformed,
                "the record has \(count) headers of \(bytes) bytes: \(DeadLetterHeader.countLimit) of "
                    + "\(DeadLetterHeader.bytesLimit) bytes are taken where a record has to be forwarded")
        }
        return nil
    }

    /// Forwards a record to its home partition, unchanged and with the time with which it was taken.
    func forward(_ record: borrowing Record, to partition: Int32, at time: Timestamp) throws(KafkaError) {
        try producer.produce(
            `internal`, partition, key: record.key, value: record.value, headers: record.copyHeaders(),
            at: time.milliseconds)
    }

    /// The same for a dead letter that is handled again.
    func forward(_ deadLetter: DeadLetter, to partition: Int32, at time: Timestamp) throws(KafkaError) {
        try deadLetter.lend { (key, value) throws(KafkaError) in
            let headers = Headers(capacity: deadLetter.headers.count)
            deadLetter.forEachHeader { headers.add($0, $1) }
            try producer.produce(
                `internal`, partition, key: key, value: value, headers: headers, at: time.milliseconds)
        }
    }
}
