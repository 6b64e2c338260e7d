import Contracts
import Kafka
import Workers

/// Copies of records: to the partition where they belong, and to the dead letters.
extension Sender {
    /// Bytes of key, value and headers that a letter may have.
    private static let letterLimit = TopicCheck.deadLetterBytes - 65_536
    /// Of key and of value, where Kafka does not take more.
    private static let beginning = 512 * 1024

    // MARK: Dead letters

    /// Keeps a record that has no effect, unchanged, in the transaction that moves past it.
    /// - Parameter source: where it lies; of a letter that was handled again, where its record lies.
    func bury(_ record: borrowing Record, _ source: Transaction.Source, _ rejection: Rejection) throws(KafkaError) {
        var copies = CopiedHeaders()
        record.forEachHeader { copies.add($0, $1) }
        copies.add(record.provenance)
        // Its own time is said in words: a letter as old as its record might be gone before anybody has read it.
        try bury(
            record.key, record.value, copies, source, record.timestamp, rejection, record.partition)
    }

    /// The same for a letter that was handled again and has come to nothing again.
    func bury(
        _ letter: Letter, _ source: Transaction.Source, _ rejection: Rejection, _ partition: Int32
    ) throws(KafkaError) {
        try letter.lend { (key, value) throws(KafkaError) in
            var copies = CopiedHeaders()
            letter.forEachHeader { copies.add($0, $1) }
            copies.add(letter.provenance)
            try bury(key, value, copies, source, letter.time.milliseconds, rejection, partition, letter.cut)
        }
    }

    /// A row of the changelog that no table takes.
    func bury(_ stray: Stray, _ source: Transaction.Source, _ rejection: Rejection) throws(KafkaError) {
        try bury(
            stray.key.span, stray.value.span, CopiedHeaders(), source, nil, rejection, source.partition)
    }

    private func bury(
        _ key: Span<UInt8>?, _ value: Span<UInt8>?, _ copies: consuming CopiedHeaders, _ source: Transaction.Source,
        _ time: Int64?, _ rejection: Rejection, _ partition: Int32, _ cut: String? = nil
    ) throws(KafkaError) {
        let (keySize, valueSize, left) = (key?.count ?? 0, value?.count ?? 0, copies.left)
        let headers = copies.take()
        headers.explain(rejection, source)
        if let time { headers.add(DeadLetterHeader.time, "\(time)") }
        let isLarge = keySize + valueSize > Self.letterLimit
        if let cut {
            headers.add(DeadLetterHeader.cut, cut)
        } else if isLarge || left > 0 {
            let what = isLarge ? ["key of \(keySize) bytes", "value of \(valueSize) bytes"] : []
            let headersLeft = left > 0 ? ["\(left) more headers"] : []
            headers.add(DeadLetterHeader.cut, (what + headersLeft).joined(separator: ", "))
        }
        guard isLarge else {
            return try produceLetter(partition, key: key, value: value, headers, rejection, source)
        }
        // It was compressed on its way here. Better its beginning among the letters than a daemon that stands still.
        let (key, value) = (Self.beginning(of: key), Self.beginning(of: value))
        try produceLetter(partition, key: key.span, value: value.span, headers, rejection, source)
    }

    /// What cannot be produced as it is becomes a letter of fixed size: nothing that anybody sends may be in the way of the others.
    private func produceLetter(
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

    // MARK: Copies to where they belong

    /// Whether a record that has to go elsewhere can: nil, or why not. It may have been compressed on its way here.
    static func obstacle(toForwarding record: borrowing Record) -> Rejection? {
        var (count, bytes) = (0, 0)
        record.forEachHeader {
            count += 1
            bytes += $0.utf8.count + ($1?.count ?? 0)
        }
        return obstacle((record.key?.count ?? 0) + (record.value?.count ?? 0), headers: count, bytes)
    }

    /// The same of a letter that is handled again: more gets into the dead letters than into other topics.
    static func obstacle(toForwarding letter: Letter) -> Rejection? {
        let bytes = letter.headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
        return obstacle((letter.key?.count ?? 0) + (letter.value?.count ?? 0), headers: letter.headers.count, bytes)
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

    /// Sends a record to the partition where it belongs, unchanged and with the time with which it was taken.
    func forward(_ record: borrowing Record, to partition: Int32, at time: Timestamp) throws(KafkaError) {
        try producer.produce(
            `internal`, partition, key: record.key, value: record.value, headers: record.copyHeaders(),
            at: time.milliseconds)
    }

    /// The same for a letter that is handled again.
    func forward(_ letter: Letter, to partition: Int32, at time: Timestamp) throws(KafkaError) {
        try letter.lend { (key, value) throws(KafkaError) in
            let headers = Headers(capacity: letter.headers.count)
            letter.forEachHeader { headers.add($0, $1) }
            try producer.produce(
                `internal`, partition, key: key, value: value, headers: headers, at: time.milliseconds)
        }
    }
}
