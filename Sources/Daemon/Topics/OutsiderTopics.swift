/// What is set on topics that outsiders write, so that none of them can say when a record came, or send a little that
/// becomes much.
package enum OutsiderTopics {
    /// The broker unpacks what comes compressed and refuses what is too large then; and its clock says when a record
    /// came.
    package static let settings = [
        "compression.type": "uncompressed", "message.timestamp.type": "LogAppendTime",
    ]

    /// What does not fit in a topic's settings, by name and in order.
    package static func faults(_ config: [String: String]) -> [String] {
        settings.keys.sorted().filter { config[$0] != settings[$0] }
    }

    /// The line that mends them, as it can be run.
    package static func line(_ topic: String, _ faults: [String], bootstrapServers: String) -> String {
        let config = faults.map { "\($0)=\(settings[$0] ?? "")" }.joined(separator: ",")
        return
            "kafka-configs --bootstrap-server \(bootstrapServers) --alter --entity-type topics --entity-name \(topic) --add-config \(config)"
    }

    /// What was found in a daemon's inputs.
    struct Finding: Equatable {
        /// By topic, in order; those without any are left out.
        var faults: [(topic: String, names: [String])]
        /// Of all that the daemon reads.
        var largestBatch: Int

        var isCompressed: Bool { faults.contains { $0.names.contains("compression.type") } }

        static func == (one: Finding, other: Finding) -> Bool {
            one.largestBatch == other.largestBatch
                && one.faults.elementsEqual(other.faults) { $0.topic == $1.topic && $0.names == $1.names }
        }
    }
}
