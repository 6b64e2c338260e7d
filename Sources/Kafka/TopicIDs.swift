import CRdKafka
import Glibc

extension Admin {
    /// The ids of the topics that exist, by name: a topic that was deleted and created again has another one. Empty
    /// unless `LibraryVersion.hasTopicIDs`.
    package func topicIDs(_ topics: [String]) throws(KafkaError) -> [String: String] {
        guard let first = topics.first, let functions = TopicIDFunctions.found else { return [:] }
        return try persistence.run { () throws(KafkaError) in
            let event = try unsafe request(
                TopicIDFunctions.describeTopics, .seconds(3), Right("Describe", .topic, first)
            ) { client, options, queue in
                let names = unsafe topics.map { unsafe strdup($0) }
                defer { for index in unsafe names.indices { unsafe free(names[index]) } }
                var list = unsafe names.map { unsafe UnsafePointer($0) }
                let collection = unsafe functions.collection(&list, list.count)
                defer { unsafe functions.destroyCollection(collection) }
                unsafe functions.describe(client, collection, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let found = unsafe functions.topics(functions.result(event), &count)
            var ids: [String: String] = [:]
            for index in 0..<count {
                // One that is not there has an error; of one that may not be seen nothing is known.
                guard let topic = unsafe found?[index],
                    unsafe rd_kafka_error_code(functions.error(topic)) == RD_KAFKA_RESP_ERR_NO_ERROR,
                    let id = unsafe functions.id(topic).flatMap({ unsafe functions.text($0) })
                else { continue }
                let text = unsafe String(cString: id)
                // Of a Kafka that has none, before 2.8.
                if text.contains(where: { $0 != "A" }) { unsafe ids[String(cString: functions.name(topic))] = text }
            }
            return ids
        }
    }
}

/// What a program that was built with an older librdkafka has no names for: looked for by name when it runs.
@safe private struct TopicIDFunctions: @unchecked Sendable {
    /// `RD_KAFKA_ADMIN_OP_DESCRIBETOPICS`.
    static let describeTopics = rd_kafka_admin_op_t(19)

    let collection: @convention(c) (UnsafeMutablePointer<UnsafePointer<CChar>?>, Int) -> OpaquePointer?
    let destroyCollection: @convention(c) (OpaquePointer?) -> Void
    let describe: @convention(c) (OpaquePointer, OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Void
    let result: @convention(c) (OpaquePointer) -> OpaquePointer?
    let topics: @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int>) -> UnsafePointer<OpaquePointer?>?
    let name: @convention(c) (OpaquePointer) -> UnsafePointer<CChar>
    let error: @convention(c) (OpaquePointer) -> OpaquePointer?
    let id: @convention(c) (OpaquePointer) -> OpaquePointer?
    let text: @convention(c) (OpaquePointer) -> UnsafePointer<CChar>?

    static let found = TopicIDFunctions()

    private init?() {
        guard LibraryVersion.current.hasTopicIDs,
            let collection = unsafe dlsym(nil, "rd_kafka_TopicCollection_of_topic_names"),
            let destroyCollection = unsafe dlsym(nil, "rd_kafka_TopicCollection_destroy"),
            let describe = unsafe dlsym(nil, "rd_kafka_DescribeTopics"),
            let result = unsafe dlsym(nil, "rd_kafka_event_DescribeTopics_result"),
            let topics = unsafe dlsym(nil, "rd_kafka_DescribeTopics_result_topics"),
            let name = unsafe dlsym(nil, "rd_kafka_TopicDescription_name"),
            let error = unsafe dlsym(nil, "rd_kafka_TopicDescription_error"),
            let id = unsafe dlsym(nil, "rd_kafka_TopicDescription_topic_id"),
            let text = unsafe dlsym(nil, "rd_kafka_Uuid_base64str")
        else { return nil }
        // As their header declares them.
        unsafe self.collection = unsafeBitCast(collection, to: type(of: self.collection))
        unsafe self.destroyCollection = unsafeBitCast(destroyCollection, to: type(of: self.destroyCollection))
        unsafe self.describe = unsafeBitCast(describe, to: type(of: self.describe))
        unsafe self.result = unsafeBitCast(result, to: type(of: self.result))
        unsafe self.topics = unsafeBitCast(topics, to: type(of: self.topics))
        unsafe self.name = unsafeBitCast(name, to: type(of: self.name))
        unsafe self.error = unsafeBitCast(error, to: type(of: self.error))
        unsafe self.id = unsafeBitCast(id, to: type(of: self.id))
        unsafe self.text = unsafeBitCast(text, to: type(of: self.text))
    }
}
