import CRdKafka

extension Admin {
    /// Makes topics and waits until they can be used. One that is there already is left as it is.
    /// - Returns: the names of those that were there already.
    @discardableResult
    package func createTopics(
        _ topics: [NewTopic], timeout: Duration = .seconds(30)
    ) throws(KafkaError) -> Set<String> {
        if topics.isEmpty { return [] }
        let deadline = ContinuousClock.now + timeout
        var list: [OpaquePointer?] = unsafe []
        defer { unsafe rd_kafka_NewTopic_destroy_array(&list, list.count) }
        for topic in topics { try unsafe list.append(newTopic(topic)) }
        let event = try unsafe request(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout) { client, options, queue in
            unsafe rd_kafka_CreateTopics(client, &list, list.count, options, queue)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        let existing = try unsafe names(results, count, "cannot make", RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        // The brokers hear of them one by one.
        while try describeTopics(topics.map(\.name), timeout: deadline - .now).count < Set(topics.map(\.name)).count {
            guard .now < deadline else {
                throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, reason: "topics do not appear")
            }
            unsafe _ = rd_kafka_poll(handle.raw, 20)
        }
        return existing
    }

    /// Deletes topics, with all that is in them.
    /// - Returns: the names of those that were not there.
    @discardableResult
    package func deleteTopics(_ topics: [String], timeout: Duration = .seconds(30)) throws(KafkaError) -> Set<String> {
        if topics.isEmpty { return [] }
        var list = unsafe topics.map { unsafe rd_kafka_DeleteTopic_new($0) }
        defer { unsafe rd_kafka_DeleteTopic_destroy_array(&list, list.count) }
        let event = try unsafe request(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout) { client, options, queue in
            unsafe rd_kafka_DeleteTopics(client, &list, list.count, options, queue)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let results = unsafe rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
        return try unsafe names(results, count, "cannot delete", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    }

    /// The topics of these names that exist, by name; all there are, if nil. Looking for one never makes it.
    package func describeTopics(
        _ names: [String]? = nil, timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [String: TopicDescription] {
        var found: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(handle.raw, 1, nil, &found, max(timeout.milliseconds, 1))
        try check(code, "asking for the topics")
        guard let found = unsafe found else { return [:] }
        defer { unsafe rd_kafka_metadata_destroy(found) }
        let wanted = names.map { Set($0) }
        var topics: [String: TopicDescription] = [:]
        for index in unsafe 0..<Int(found.pointee.topic_cnt) {
            let topic = unsafe found.pointee.topics[index]
            let name = unsafe String(cString: topic.topic)
            guard wanted?.contains(name) ?? true else { continue }
            if unsafe KafkaError(topic.err).isUnknownTopic { continue }
            try unsafe check(topic.err, "topic \(name)")
            guard unsafe topic.partition_cnt > 0 else { continue }
            topics[name] = unsafe TopicDescription(
                name: name, partitions: topic.partition_cnt,
                replication: Int32(clamping: topic.partitions[0].replica_cnt))
        }
        return topics
    }

    /// All settings of existing topics as they are in force, e.g. `cleanup.policy` and `retention.ms`, by topic.
    /// - Throws: `isUnknownTopic` if one is not there.
    package func topicConfigs(
        _ topics: [String], timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [String: [String: String]] {
        if topics.isEmpty { return [:] }
        var list = unsafe topics.map { unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { unsafe rd_kafka_ConfigResource_destroy_array(&list, list.count) }
        let event = try unsafe request(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout) { client, options, queue in
            unsafe rd_kafka_DescribeConfigs(client, &list, list.count, options, queue)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count)
        var configs: [String: [String: String]] = [:]
        for index in 0..<count {
            guard let resource = unsafe resources?[index] else { continue }
            let name = unsafe String(cString: rd_kafka_ConfigResource_name(resource))
            try unsafe check(rd_kafka_ConfigResource_error(resource), "settings of \(name)")
            configs[name] = unsafe entries(of: resource)
        }
        return configs
    }

    private func entries(of resource: OpaquePointer) -> [String: String] {
        var count = 0
        let list = unsafe rd_kafka_ConfigResource_configs(resource, &count)
        var entries: [String: String] = [:]
        for index in 0..<count {
            guard let entry = unsafe list?[index], let value = unsafe rd_kafka_ConfigEntry_value(entry) else {
                continue
            }
            entries[unsafe String(cString: rd_kafka_ConfigEntry_name(entry))] = unsafe String(cString: value)
        }
        return entries
    }

    private func newTopic(_ topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        var complaint = [CChar](repeating: 0, count: 256)
        guard
            let new = unsafe rd_kafka_NewTopic_new(
                topic.name, topic.partitions, topic.replication ?? -1, &complaint, complaint.count)
        else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason: "topic \(topic.name): \(text(complaint))") }
        for (name, value) in topic.config { unsafe rd_kafka_NewTopic_set_config(new, name, value) }
        return unsafe new
    }
}
