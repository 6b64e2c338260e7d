import Contracts
import Glibc

/// Why a daemon does not work with what it finds in its state directory or in Kafka. It says what to do; nothing has
/// been changed.
package struct StateError: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what to do, as sentences for an operator.
    package let description: String

    /// For what only one place can find.
    package init(_ description: String) { self.description = description }

    /// The file is of another program.
    package static func notOurs(_ path: String) -> Self {
        Self("\(path) is not a state file of negawatt; give another --state-directory, or move the file away")
    }

    static func newer(_ path: String, _ format: Int32, _ known: Int32) -> Self {
        Self(
            "\(path) has format \(format), but this program knows \(known): a newer version wrote it. Run that version, "
                + "or move the file away: it is then rebuilt from the changelog")
    }

    static func otherCluster(_ path: String, _ found: String, _ cluster: String) -> Self {
        Self(
            "\(path) belongs to the Kafka cluster \(found), but this one is \(cluster); give another --state-directory or the "
                + "right --bootstrap-servers")
    }

    static func otherPartitions(_ path: String, _ found: String, _ partitions: Int32) -> Self {
        Self(
            "\(path) was created for topics of \(found) partitions, but now they have \(partitions): keys would move to other partitions. The "
                + "number of partitions cannot be changed; make new topics and move the records there")
    }

    static func newerChangelog(_ format: Int64) -> Self {
        Self(
            "the changelog was written by a version that is too new for this one: its format is \(format), and this program reads "
                + "up to \(InputPositions.format + 1). Run that version, or the one before it"
        )
    }

    /// - Parameter id: the topic's now, where it is by this that it is another one.
    static func madeAnew(_ known: TopicIdentity.Known, id: String? = nil) -> Self {
        let difference =
            id.map { "its id is \($0), and was \(known.id ?? ""). It was deleted and created again" }
            ?? "the record at offset \(known.offset), of \(Timestamp(milliseconds: known.time)), is not there. It was deleted and created "
            + "again, or Kafka has lost records"
        return Self(
            "\(known.topic) [\(known.partition)] is not the topic that was read: \(difference). The new topic has not been handled from its beginning: set the group's offsets of this topic, with "
                + "kafka-consumer-groups --reset-offsets --to-earliest (or to the offset to continue at), and start again"
        )
    }

    static func truncated(_ changelog: String, _ partition: Int32, position: Int64, end: Int64, _ path: String) -> Self
    {
        Self(
            "\(changelog) [\(partition)] ends at offset \(end), but \(path) has seen it up to \(position): Kafka has lost "
                + "records or the topic was deleted and created again. If the changelog is right, move the file away and start again"
        )
    }

    static func noOffsets(_ group: String, _ partition: Int32, _ inputs: [String], _ changelog: String) -> Self {
        Self(
            "the group \(group) has no committed offsets in partition \(partition) of \(inputs.joined(separator: ", ")), but "
                + "\(changelog) has records of a version that did not keep offsets there: the offsets have expired or were deleted, and "
                + "starting at the beginning would handle everything again. Set the group's offsets of these topics to where the work had "
                + "come, with kafka-consumer-groups --reset-offsets --to-datetime, and start again")
    }

    static func recordsGone(_ reason: String) -> Self {
        Self(
            "records that were not handled yet are gone from Kafka: \(reason). Their retention was too short for the time that "
                + "this daemon was away, or the topic was deleted and created again. Set the group's offsets to what is still there, with kafka-consumer-groups "
                + "--reset-offsets --to-earliest, and start again")
    }

    static func fixed(_ property: String) -> Self {
        Self(
            "the property \(property) is set by the daemon itself, for exactly-once: leave it out"
        )
    }

    static func locked(_ directory: String) -> Self {
        Self("\(directory) is in use by another daemon; stop it, or give this one another --state-directory")
    }

    /// The directory, or a file in it, cannot be written; `reason` is the system's.
    package static func notWritable(_ directory: String, _ reason: String) -> Self {
        Self("\(directory) cannot be written: \(reason); give a --state-directory that this user may write")
    }

    static func link(_ path: String) -> Self {
        Self(
            "\(path) is a symbolic link, and state is never written through one: someone else could have put it there. Move its target "
                + "to its place, or remove the link")
    }

    static func otherKind(_ path: String, _ kind: String) -> Self {
        Self("\(path) is not a \(kind); move it away, or give another --state-directory")
    }

    static func foreign(_ path: String, in directory: String, owner: UInt32) -> Self {
        Self(
            "\(path) belongs to user \(owner), and this is user \(geteuid()): its content cannot be trusted. If it is right: chown -R "
                + "\(geteuid()) \(directory); or give another --state-directory")
    }
}
