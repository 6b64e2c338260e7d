import Kafka

/// The group's coordinator.
struct ModelGroup {
    struct Member {
        var id: String
        /// A static member's name.
        let instance: String?
        /// In ms.
        var seen: Int64
        var hasJoined: Bool
        var partitions: [Int] = []
    }

    private let partitions: Int
    private(set) var generation: Int32 = 0
    private(set) var members: [Member] = []
    private(set) var isRebalancing = false
    private var number = 0

    init(partitions: Int) { self.partitions = partitions }

    private func index(_ id: String) -> Int? { members.firstIndex { $0.id == id } }

    func partitions(of id: String) -> [Int] { index(id).map { members[$0].partitions } ?? [] }

    func hasJoined(_ id: String) -> Bool { index(id).map { members[$0].hasJoined } ?? false }

    /// Whether a member's word counts.
    func check(_ id: String, _ generation: Int32) throws(KafkaError) {
        guard index(id) != nil else {
            // Its name is in its id.
            let isReplaced = members.contains { $0.instance != nil && id.hasPrefix("\($0.instance ?? "")/") }
            throw isReplaced ? .fencedInstance : .unknownMember
        }
        guard generation == self.generation else { throw .illegalGeneration }
    }

    /// - Returns: the member's id, a new one for a new member.
    mutating func join(_ id: String, instance: String?, at now: Int64) -> String {
        if let index = index(id) {
            begin()
            members[index].hasJoined = true
            members[index].seen = now
            return id
        }
        number += 1
        let new = "\(instance ?? "member")/\(number)"
        // A static member that comes back takes the place that it had, and nobody else hears of it.
        if let instance, let index = members.firstIndex(where: { $0.instance == instance }) {
            members[index].id = new
            members[index].seen = now
            members[index].hasJoined = true
            return new
        }
        begin()
        members.append(Member(id: new, instance: instance, seen: now, hasJoined: true))
        return new
    }

    mutating func leave(_ id: String) {
        guard let index = index(id) else { return }
        members.remove(at: index)
        begin()
    }

    mutating func see(_ id: String, at now: Int64) { if let index = index(id) { members[index].seen = now } }

    mutating func expire(before time: Int64) {
        for member in members where member.seen < time { leave(member.id) }
    }

    private mutating func begin() {
        guard !isRebalancing else { return }
        isRebalancing = true
        for index in members.indices { members[index].hasJoined = false }
    }

    /// Deals the partitions out again once all have joined.
    /// - Returns: whether it did.
    mutating func complete() -> Bool {
        guard isRebalancing, !members.isEmpty, members.allSatisfy(\.hasJoined) else { return false }
        generation += 1
        isRebalancing = false
        let order = members.indices.sorted { members[$0].id < members[$1].id }
        let (share, rest) = (partitions / members.count, partitions % members.count)
        var next = 0
        for (place, index) in order.enumerated() {
            let count = share + (place < rest ? 1 : 0)
            members[index].partitions = Array(next..<next + count)
            next += count
        }
        return true
    }
}
