/// Which files are rebuilt from their changelogs since they are damaged.
struct Rebuilds {
    /// For so long a row that cannot be read in a rebuilt file lies so in the changelog.
    private static let memory = Duration.seconds(3600)

    /// Partitions whose files the next restore rebuilds.
    private(set) var wanted: Set<Int32> = []
    /// When a restore last began to rebuild a file.
    private var begun: [Int32: ContinuousClock.Instant] = [:]

    mutating func add(_ partition: Int32) { wanted.insert(partition) }

    /// A restore has put these files aside. Once: later attempts resume the rebuilt file.
    mutating func putAside(_ partitions: Set<Int32>, at now: ContinuousClock.Instant) {
        wanted.subtract(partitions)
        for partition in partitions { begun[partition] = now }
    }

    /// Whether the file holds what its changelog does: it was rebuilt not long ago.
    func isRecent(_ partition: Int32, at now: ContinuousClock.Instant) -> Bool {
        guard let begun = begun[partition] else { return false }
        return now - begun < Self.memory
    }
}
