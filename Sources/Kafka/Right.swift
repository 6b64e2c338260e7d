import CRdKafka

/// What Kafka's ACLs have to allow the user of a client, for an error that says so.
struct Right {
    enum Kind: String {
        case topic, group, cluster
        case transactionalID = "transactional-id"
    }

    let operation: String
    let kind: Kind
    let name: String

    init(_ operation: String, _ kind: Kind, _ name: String) {
        (self.operation, self.kind, self.name) = (operation, kind, name)
    }

    /// What to add to a reason: nothing, unless the code says that a right is missing. It may be one on another
    /// resource than the request was about: a group's offsets are those of its topics.
    func advice(_ code: rd_kafka_resp_err_t) -> String {
        let needed: Right
        switch code {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            needed = kind == .topic ? self : Right(operation, .topic, "")
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: needed = kind == .group ? self : Right("Read", .group, "")
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: needed = Right(operation, .cluster, "")
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            needed = kind == .transactionalID ? self : Right("Write", .transactionalID, "")
        default: return ""
        }
        let on = needed.name.isEmpty ? "the \(needed.kind.rawValue)" : "\(needed.kind.rawValue) \(needed.name)"
        let option =
            needed.kind == .cluster
            ? "--cluster" : "--\(needed.kind.rawValue) \(needed.name.isEmpty ? "NAME" : needed.name)"
        return
            "; its right \(needed.operation) on \(on) is missing: kafka-acls --add --allow-principal User:NAME --operation "
            + "\(needed.operation) \(option)"
    }
}
