extension Reader {
    /// Lends the records of partitions from their offsets on, until each has been read to its end. Of what comes
    /// meanwhile nothing is lent.
    /// - Parameters:
    ///   - ends: by place in the list the offset to read up to, as `Admin.watermarks` has told it: transactions that
    ///     are open before it are waited for. Without them each is read to where it ends when that is reached first.
    ///   - quiet: how long nothing may come.
    /// - Returns: by place in the list the offset behind what has been read; nil where nothing has come for that long.
    package func readToEnds(
        of partitions: [TopicPartition], at ends: [Int64]? = nil, quiet: Duration,
        _ body: (borrowing Record) throws -> Void
    ) throws -> [Int64]? {
        try assign(partitions)
        var positions = partitions.map(\.offset)
        var open: [Place: Int] = [:]
        for (index, item) in partitions.enumerated() { open[Place(topicID(item.topic), item.partition)] = index }
        if let ends { open = open.filter { positions[$0.value] < ends[$0.value] } }
        var lastRecordAt = ContinuousClock.now
        while !open.isEmpty {
            switch next(milliseconds: 100) {
            case .record(let record):
                lastRecordAt = .now
                let place = Place(record.topicID, record.partition)
                guard let index = open[place] else { break }
                if let ends, record.offset >= ends[index] {
                    open[place] = nil
                    break
                }
                positions[index] = record.offset + 1
                try body(record)
            case .end(let end):
                lastRecordAt = .now
                let place = Place(topicID(end.topic), end.partition)
                guard let index = open[place] else { break }
                positions[index] = max(positions[index], end.offset)
                if positions[index] >= ends?[index] ?? 0 { open[place] = nil }
            case .failure(let error): if error.severity == .fatal || error.isOffsetOutOfRange { throw error }
            case nil: if ContinuousClock.now - lastRecordAt >= quiet { return nil }
            }
        }
        return positions
    }

    /// Of a partition that is being read.
    private struct Place: Hashable {
        let topic: UInt?
        let partition: Int32
        init(_ topic: UInt?, _ partition: Int32) { (self.topic, self.partition) = (topic, partition) }
    }
}
