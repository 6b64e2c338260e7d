import Kafka

/// A transaction as its coordinator knows it.
struct ModelTransaction {
    enum State {
        case open
        /// Decided, and the ends are being written to the partitions, one by one.
        case committing, aborting
        case committed, aborted
    }

    let number: Int
    let producer: String
    /// In ms.
    let began: Int64
    var state = State.open
    var places: [ModelPartition] = []
    /// What is still to be told of the end.
    var unmarked: [ModelPartition] = []
    var offsets: [ModelPartition: Int] = [:]
    var areOffsetsPending = false
    /// Its offsets came from someone who had lost the membership, which the broker does not mind.
    var isUnfenced = false
    /// A file has continued behind its records while it was open: it must not happen any more.
    var isPassed = false
    /// The records, by place and offset.
    var records: [(place: ModelPartition, offset: Int)] = []

    var hasHappened: Bool { state == .committing || state == .committed }
    var isDecided: Bool { state != .open }
}

/// What the coordinator keeps by `transactional.id`.
struct ModelProducerName {
    var epoch = 0
    /// The last transaction.
    var current: Int?
}

/// A request to commit that arrives when nobody expects it any more.
struct LateEnd {
    var producer: String
    var epoch: Int
    /// What the producer had not sent either.
    var records: [(place: ModelPartition, entry: ModelLog.Entry)] = []
}

extension ModelKafka {
    /// Ends what is open and fences whoever had the name before.
    func initProducer(_ name: String) -> Int {
        var producer = producers[name] ?? ModelProducerName()
        producer.epoch += 1
        producers[name] = producer
        if let current = producer.current {
            if transactions[current].state == .open {
                count.fenced += 1
                decide(current, commit: false)
            }
            complete(current)
        }
        return producer.epoch
    }

    func add(_ entry: ModelLog.Entry, to place: ModelPartition, _ name: String, _ epoch: Int) throws(KafkaError) -> Int
    {
        let number = try current(name, epoch)
        var entry = entry
        entry.transaction = number
        let offset = append(entry, to: place)
        if !transactions[number].places.contains(place) { transactions[number].places.append(place) }
        transactions[number].records.append((place, offset))
        return offset
    }

    func add(
        _ offsets: [ModelPartition: Int], generation: Int32, member: String, _ name: String, _ epoch: Int
    ) throws(KafkaError) {
        let number = try current(name, epoch)
        // As the real one: who has lost the membership and says so is believed.
        if generation < 0 && member.isEmpty {
            transactions[number].isUnfenced = true
        } else {
            try group.check(member, generation)
        }
        transactions[number].offsets.merge(offsets) { $1 }
        transactions[number].areOffsetsPending = true
    }

    func end(_ name: String, _ epoch: Int, commit: Bool) throws(KafkaError) {
        guard let producer = producers[name], producer.epoch == epoch else { throw .fenced }
        guard let current = producer.current else { throw .state("end") }
        let transaction = transactions[current]
        guard transaction.isDecided else { return decide(current, commit: commit) }
        // Asked once more: it has been done.
        guard transaction.hasHappened == commit else { throw .state("end") }
    }

    /// The open transaction of a producer; the first request begins it.
    private func current(_ name: String, _ epoch: Int) throws(KafkaError) -> Int {
        guard let producer = producers[name], producer.epoch == epoch else { throw .fenced }
        if let current = producer.current {
            guard transactions[current].isDecided else { return current }
            // The real one says that it is busy until then, and is asked again.
            complete(current)
        }
        let number = transactions.count
        transactions.append(ModelTransaction(number: number, producer: name, began: time))
        producers[name]?.current = number
        return number
    }

    /// From here on it has happened, or has not, whoever may know of it.
    func decide(_ number: Int, commit: Bool) {
        if commit {
            count.commits += 1
            onCommit(transactions[number])
        } else {
            count.aborts += 1
        }
        transactions[number].state = commit ? .committing : .aborting
        transactions[number].unmarked = transactions[number].places
        settle(number)
    }

    private func settle(_ number: Int) {
        let transaction = transactions[number]
        guard transaction.unmarked.isEmpty, !transaction.areOffsetsPending else { return }
        transactions[number].state = transaction.hasHappened ? .committed : .aborted
    }

    /// Tells one partition, or the group, of a transaction's end.
    func mark(_ number: Int, _ choose: (Int) -> Int) {
        let transaction = transactions[number]
        let choice = choose(transaction.unmarked.count + (transaction.areOffsetsPending ? 1 : 0))
        if choice < transaction.unmarked.count {
            endLog(transactions[number].unmarked.remove(at: choice), number)
        } else {
            transactions[number].areOffsetsPending = false
            if transaction.hasHappened { offsets.merge(transaction.offsets) { $1 } }
        }
        settle(number)
    }

    func complete(_ number: Int) {
        while transactions[number].state == .committing || transactions[number].state == .aborting {
            mark(number) { _ in 0 }
        }
    }

    /// The transactions that are decided and not told everywhere.
    var unfinished: [Int] {
        producers.values.compactMap(\.current).filter {
            transactions[$0].state == .committing || transactions[$0].state == .aborting
        }.sorted()
    }

    /// Whether the offset of an input is that of a transaction that has not ended.
    func isUnstable(_ place: ModelPartition) -> Bool {
        producers.values.contains { producer in
            guard let current = producer.current else { return false }
            return transactions[current].areOffsetsPending && transactions[current].offsets[place] != nil
        }
    }

    /// A request to commit arrives late: it commits whatever is open by then.
    func arrive(_ late: LateEnd) {
        guard let producer = producers[late.producer], producer.epoch == late.epoch, let current = producer.current,
            !transactions[current].isDecided
        else { return }
        count.lateEnds += 1
        for record in late.records { _ = try? add(record.entry, to: record.place, late.producer, late.epoch) }
        decide(current, commit: true)
    }
}
