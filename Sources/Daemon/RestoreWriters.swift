import Synchronization

/// Writes rows into files while the changelog is read on. Each write is a thread of its own: there are few of them, and they are
/// large. A file has one at a time.
struct RestoreWriters: ~Copyable {
    /// As many as pay: rows come from one thread.
    private static let limit = 2

    private final class Write: Sendable {
        let partition: Int32
        private let failure = Mutex<(any Error)?>(nil)
        private let job = Mutex<(any BackgroundJob)?>(nil)

        init(_ partition: Int32, in surroundings: any Surroundings, _ body: @Sendable @escaping () throws -> Void) {
            self.partition = partition
            job.withLock { job in
                job = surroundings.start("restore-write") { [self] in
                    do { try body() } catch { failure.withLock { $0 = error } }
                }
            }
        }

        func join() -> (any Error)? {
            job.withLock { $0.take() }?.join()
            return failure.withLock { $0 }
        }
    }

    private let surroundings: any Surroundings
    /// The oldest first.
    private var writes: [Write] = []

    init(in surroundings: any Surroundings) { self.surroundings = surroundings }

    /// Hands the rows over. Waits for an earlier write of the same shard, and where there are too many.
    /// - Parameter isLast: whether the file is finished with them.
    mutating func write(_ rows: ShardRows, into restore: ShardRestore, isLast: Bool) throws {
        if let index = writes.firstIndex(where: { $0.partition == restore.partition }) { try join(index) }
        if writes.count == Self.limit { try join(0) }
        writes.append(
            Write(restore.partition, in: surroundings) {
                try restore.write(rows)
                if isLast { try restore.finish() }
            })
    }

    private mutating func join(_ index: Int) throws {
        if let failure = writes.remove(at: index).join() { throw failure }
    }

    /// Waits for all of them.
    mutating func finish() throws {
        while !writes.isEmpty { try join(0) }
    }

    // Whoever gives up still has to wait: a file has one thread at a time.
    deinit { for write in writes { _ = write.join() } }
}
