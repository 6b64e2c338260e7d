import Baselines
import Contracts
import JSON

/// Which versions of the market a partition keeps: the newest, and of older ones those by which orders are checked that
/// are kept themselves, so that whatever is said of such an order later is by the market that its first check had.
struct KeptMarkets: Hashable, Sendable {
    /// So many of the newest stay, needed or not.
    static let newest = 50
    /// Of older ones: of more than these the oldest goes, and its orders are decided as if it had never come.
    static let older = 200
    private static let dayMilliseconds: Int64 = 86_400_000

    /// The newest, oldest first.
    private(set) var versions: [Int64] = []
    /// Up to which day of UTC the orders are kept that go by a version; also of some of the newest.
    private var needed: [Int64: Int64] = [:]

    init() {}

    /// Whether the version is kept.
    func contains(_ version: Int64) -> Bool { versions.contains(version) || needed[version] != nil }

    /// Something that is kept until then goes by the version.
    /// - Returns: whether that was not known.
    mutating func need(_ version: Int64, until time: Timestamp) -> Bool {
        let day = time.milliseconds / Self.dayMilliseconds
        guard contains(version), day > needed[version] ?? -1 else { return false }
        needed[version] = day
        return true
    }

    /// Takes a version that it does not have.
    /// - Returns: what goes for it; nil where the version itself is too old.
    mutating func add(_ version: Int64, at time: Timestamp) -> [Int64]? {
        let today = time.milliseconds / Self.dayMilliseconds
        let all = (versions + [version]).sorted()
        let kept = Array(all.suffix(Self.newest))
        guard kept.contains(version) else { return nil }
        let before = Set(versions).union(needed.keys)
        versions = kept
        needed = needed.filter { versions.contains($0.key) || $0.value >= today }
        let old = needed.keys.filter { !versions.contains($0) }.sorted()
        for version in old.dropLast(Self.older) { needed[version] = nil }
        return before.filter { !contains($0) }.sorted()
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        versions = try fields.numbers("versions", in: Limits.version, atMost: Self.newest).compactMap { $0 }
        guard fields.has("needed") else { return }
        let limit = Self.newest + Self.older
        let days = 0...(Timestamp.last.milliseconds / Self.dayMilliseconds)
        let needed = try fields.numbers("needed", in: Limits.version, atMost: limit)
        let until = try fields.numbers("neededUntil", in: days, atMost: limit)
        guard needed.count == until.count else {
            throw JSONError(field: "neededUntil", .outOfRange, found: "has another length than needed")
        }
        for (version, day) in zip(needed, until) {
            if let version, let day { self.needed[version] = day }
        }
    }

    func write(_ json: inout JSONWriter) {
        json.field("versions", versions)
        guard !needed.isEmpty else { return }
        let needed = needed.sorted { $0.key < $1.key }
        json.field("needed", needed.map(\.key))
        // Days since 1970.
        json.field("neededUntil", needed.map(\.value))
    }
}
