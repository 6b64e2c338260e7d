/// What a loop is doing, with what belongs to it. The daemon's status follows from it.
enum Phase {
    /// No producer: Kafka is unreachable, or the outcome of the last transaction is unknown. What the group says
    /// meanwhile is kept.
    case connecting(Membership)
    /// The group has not assigned anything yet.
    case joining(EffectWriter)
    /// The files of the assigned partitions follow their changelogs, and nothing is read. No job until the next attempt
    /// is due.
    case restoring(EffectWriter, Set<Int32>, RestoreJob?)
    /// Records and timers of the assigned partitions are handled.
    case running(EffectWriter, Set<Int32>)
    /// Partitions were revoked, or the group went on without this member: what still arrives is not ours.
    case suspended(EffectWriter, since: ContinuousClock.Instant)
    /// Told to stop. What is open is committed; the producer ends with the loop.
    case closing(EffectWriter?)
    /// After an error that a turn cannot get over: another loop will begin, or none.
    case abandoned(EffectWriter?)

    /// What the group has said last.
    enum Membership: Equatable {
        case joining
        case assigned(Set<Int32>)
        case suspended(since: ContinuousClock.Instant)
    }

    /// With a producer, by what the group has said.
    init(_ writer: EffectWriter, _ membership: Membership) {
        switch membership {
        case .joining: self = .joining(writer)
        case .assigned([]): self = .running(writer, [])
        case .assigned(let partitions): self = .restoring(writer, partitions, nil)
        case .suspended(let since): self = .suspended(writer, since: since)
        }
    }

    /// nil once it ends.
    var membership: Membership? {
        switch self {
        case .connecting(let membership): membership
        case .joining: .joining
        case .restoring(_, let partitions, _), .running(_, let partitions): .assigned(partitions)
        case .suspended(_, let since): .suspended(since: since)
        case .closing, .abandoned: nil
        }
    }

    /// nil without a producer, and once it ends.
    var writer: EffectWriter? {
        switch self {
        case .joining(let writer), .restoring(let writer, _, _), .running(let writer, _), .suspended(let writer, _):
            writer
        case .connecting, .closing, .abandoned: nil
        }
    }

    /// The restore that is at work.
    var restore: RestoreJob? {
        if case .restoring(_, _, let job) = self { job } else { nil }
    }

    /// When the group says something. An end is one.
    func with(_ membership: Membership) -> Phase {
        switch self {
        case .closing, .abandoned: self
        default: if let writer { Phase(writer, membership) } else { .connecting(membership) }
        }
    }

    /// Without its producer.
    var disconnected: Phase { membership.map { .connecting($0) } ?? self }

    var status: DaemonStatus.State {
        switch self {
        case .connecting, .abandoned: .waiting
        case .joining, .suspended: .joining
        case .restoring: .restoring
        case .running: .running
        case .closing: .stopping
        }
    }
}
