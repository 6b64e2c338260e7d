import Synchronization

/// Works on files beside the reading of a changelog: opens them, writes their rows. Each piece of work is a thread of
/// its own: there are few of them, and they are large. A file has one at a time.
struct RestoreThreads: ~Copyable {
    /// As many as pay: rows come from one thread, and a disk opens no more at a time.
    private static let limit = 2

    private final class Work: Sendable {
        let partition: Int32
        private let failure = Mutex<(any Error)?>(nil)
        private let job = Mutex<(any BackgroundJob)?>(nil)

        init(_ partition: Int32, in surroundings: any Surroundings, _ body: @Sendable @escaping () throws -> Void) {
            self.partition = partition
            job.withLock { job in
                job = surroundings.start("restore-file") { [self] in
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
    private var works: [Work] = []

    init(in surroundings: any Surroundings) { self.surroundings = surroundings }

    /// Starts work on a partition's file. Waits for an earlier one on the same file, and where there are too many.
    /// - Throws: what one of the earlier ones has thrown.
    mutating func start(_ partition: Int32, _ body: @Sendable @escaping () throws -> Void) throws {
        try finish(partition)
        if works.count == Self.limit { try join(0) }
        works.append(Work(partition, in: surroundings, body))
    }

    private mutating func join(_ index: Int) throws {
        if let failure = works.remove(at: index).join() { throw failure }
    }

    /// Waits for the work on a partition's file.
    mutating func finish(_ partition: Int32) throws {
        if let index = works.firstIndex(where: { $0.partition == partition }) { try join(index) }
    }

    /// Waits for all of them.
    mutating func finish() throws {
        while !works.isEmpty { try join(0) }
    }

    /// Waits for all of them, whatever they have come to.
    mutating func abandon() {
        for work in works { _ = work.join() }
        works = []
    }

    // Whoever gives up still has to wait: a file has one thread at a time.
    deinit { for work in works { _ = work.join() } }
}
