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
        let event = try unsafe request(
            RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout, Right("Create", .cluster, "")
        ) { client, options, queue in
            unsafe rd_kafka_CreateTopics(client, &list, list.count, options, queue)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        let existing = try unsafe names(
            results, count, "cannot create", "Create", RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        // The brokers hear of them one by one.
        while try describeTopics(topics.map(\.name), timeout: deadline - .now).count < Set(topics.map(\.name)).count {
            guard .now < deadline else {
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__TIMED_OUT, reason: "the created topics do not appear in the metadata")
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
        let event = try unsafe request(
            RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout, Right("Delete", .topic, topics.joined(separator: ","))
        ) { client, options, queue in
            unsafe rd_kafka_DeleteTopics(client, &list, list.count, options, queue)
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let results = unsafe rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
        return try unsafe names(results, count, "cannot delete", "Delete", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    }

    /// The topics of these names that exist, by name; all there are, if nil. Looking for one never makes it.
    /// - Throws: TOPIC_AUTHORIZATION_FAILED if one may not be seen: Kafka does not tell such a user whether it is
    ///   there.
    package func describeTopics(
        _ names: [String]? = nil, asksForHidden: Bool = true, timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [String: TopicDescription] {
        try persistence.run { () throws(KafkaError) in
            let deadline = ContinuousClock.now + timeout
            var topics = try described(isAll: true, timeout)
            guard let names else { return topics }
            let wanted = Set(names)
            topics = topics.filter { wanted.contains($0.key) }
            // The list of all leaves out what may not be seen; whoever asks for it by its name is told.
            let absent = wanted.filter { topics[$0] == nil }.sorted()
            guard asksForHidden, !absent.isEmpty else { return topics }
            var handles: [OpaquePointer?] = unsafe []
            defer { for index in unsafe handles.indices { unsafe rd_kafka_topic_destroy(handles[index]) } }
            for name in absent {
                guard let topic = unsafe rd_kafka_topic_new(handle.raw, name, nil) else { continue }
                unsafe handles.append(topic)
            }
            let found = try described(isAll: false, max(deadline - .now, .milliseconds(100)), wanted)
            return topics.merging(found.filter { wanted.contains($0.key) }) { $1 }
        }
    }

    /// How many partitions each of these topics has that is there.
    package func partitionCounts(of topics: [String], timeout: Duration) throws(KafkaError) -> [String: Int32] {
        try describeTopics(topics, timeout: timeout).mapValues(\.partitions)
    }

    /// - Parameter isAll: else those that this client has a topic for.
    private func described(
        isAll: Bool, _ timeout: Duration, _ wanted: Set<String> = []
    ) throws(KafkaError) -> [String: TopicDescription] {
        var found: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(handle.raw, isAll ? 1 : 0, nil, &found, max(timeout.milliseconds, 1))
        try check(code, "asking for the topics", Right("Describe", .cluster, ""))
        guard let found = unsafe found else { return [:] }
        defer { unsafe rd_kafka_metadata_destroy(found) }
        var topics: [String: TopicDescription] = [:]
        var hidden: [String] = []
        for index in unsafe 0..<Int(found.pointee.topic_cnt) {
            let topic = unsafe found.pointee.topics[index]
            let name = unsafe String(cString: topic.topic)
            guard isAll || wanted.contains(name) else { continue }
            if unsafe KafkaError(topic.err).isUnknownTopic { continue }
            if unsafe topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED {
                hidden.append(name)
                continue
            }
            if unsafe !isAll || topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                try unsafe check(topic.err, "topic \(name)", Right("Describe", .topic, name))
            }
            guard unsafe topic.partition_cnt > 0 else { continue }
            topics[name] = unsafe TopicDescription(
                name: name, partitions: topic.partition_cnt,
                replication: Int32(clamping: topic.partitions[0].replica_cnt))
        }
        if !hidden.isEmpty { throw Self.mayNotSee(hidden.sorted()) }
        return topics
    }

    private static func mayNotSee(_ names: [String]) -> KafkaError {
        let code = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
        let them = names.count == 1 ? "it is" : "they are"
        let more = names.count > 5 ? " and \(names.count - 5) more" : ""
        let list = names.prefix(5).joined(separator: ", ") + more
        let advice =
            Right("Describe", .topic, names[0]).advice(code) + (names.count > 1 ? "; the others need the same" : "")
        return KafkaError(
            code, reason: "this user may not see \(list), so it is not known whether \(them) there\(advice)")
    }

    /// All settings of existing topics as they are in force, e.g. `cleanup.policy` and `retention.ms`, by topic.
    /// - Throws: `isUnknownTopic` if one is not there.
    package func topicConfigs(
        _ topics: [String], timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [String: [String: String]] {
        if topics.isEmpty { return [:] }
        return try persistence.run { () throws(KafkaError) in try configs(of: topics, timeout) }
    }

    private func configs(of topics: [String], _ timeout: Duration) throws(KafkaError) -> [String: [String: String]] {
        var list = unsafe topics.map { unsafe rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { unsafe rd_kafka_ConfigResource_destroy_array(&list, list.count) }
        let event = try unsafe request(
            RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout, Right("DescribeConfigs", .topic, topics[0])
        ) { client, options, queue in
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
            let needed = Right("DescribeConfigs", .topic, name)
            try unsafe check(rd_kafka_ConfigResource_error(resource), "settings of \(name)", needed)
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
