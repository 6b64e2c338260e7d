import CRdKafka

extension Admin {
    /// Who is in a group.
    package struct Member: Hashable, Sendable {
        /// The `group.instance.id` of a static member: Kafka counts it until its session ends, also when its process is
        /// gone.
        package let instance: String?
        /// The member's `client.id`.
        package let client: String
        /// The address that it comes from.
        package let host: String
    }

    /// How a group stands.
    package struct Standing: Sendable {
        /// As Kafka calls it; empty, if there is no such group.
        package var state = ""
        /// The `client.id` of each member.
        package var clients: [String] = []

        /// A group that there is not.
        package init() {}
    }

    /// How many members a group has; none, if there is no such group. Every broker is asked.
    package func memberCount(of group: String, timeout: Duration = .seconds(10)) throws(KafkaError) -> Int {
        try standing(of: group, timeout: timeout).clients.count
    }

    /// How a group stands. Every broker is asked.
    ///
    /// For whoever continues while Kafka comes and goes. A request of librdkafka's to a group's coordinator, as
    /// `groupMembers` makes it, that has timed out when the coordinator is found, or whose client ends in that moment,
    /// aborts the process (seen with 2.0.2: `rd_kafka_enq_once_del_source_return: Assertion eonce->refcnt > 0`).
    package func standing(of group: String, timeout: Duration = .seconds(10)) throws(KafkaError) -> Standing {
        var found: UnsafePointer<rd_kafka_group_list>?
        let code = unsafe rd_kafka_list_groups(handle.raw, group, &found, timeout.milliseconds)
        defer { if let found = unsafe found { unsafe rd_kafka_group_list_destroy(found) } }
        let isPartial = code == RD_KAFKA_RESP_ERR__PARTIAL
        let needed = Right("Describe", .group, group)
        if !isPartial { try check(code, "members of group \(group)", needed) }
        guard let list = unsafe found?.pointee, unsafe list.group_cnt > 0 else {
            // Whoever knows the group may be the one that has not answered.
            if isPartial { try check(RD_KAFKA_RESP_ERR__TIMED_OUT, "members of group \(group)", needed) }
            return Standing()
        }
        try unsafe check(list.groups[0].err, "members of group \(group)", needed)
        var standing = Standing()
        unsafe standing.state = String(cString: list.groups[0].state)
        for index in unsafe 0..<Int(list.groups[0].member_cnt) {
            unsafe standing.clients.append(String(cString: list.groups[0].members[index].client_id))
        }
        return standing
    }

    /// The members of a group; none, if there is no such group. For tools: see `memberCount`.
    package func groupMembers(_ group: String, timeout: Duration = .seconds(10)) throws(KafkaError) -> [Member] {
        try persistence.run { () throws(KafkaError) in try describe(group, timeout) }
    }

    private func describe(_ group: String, _ timeout: Duration) throws(KafkaError) -> [Member] {
        let needed = Right("Describe", .group, group)
        let operation = RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS
        let event = try unsafe request(operation, timeout, needed) { client, options, queue in
            unsafe group.withCString { name in
                var names: [UnsafePointer<CChar>?] = unsafe [name]
                unsafe rd_kafka_DescribeConsumerGroups(client, &names, 1, options, queue)
            }
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let found = unsafe rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(event), &count)
        guard count == 1, let description = unsafe found?[0] else {
            throw KafkaError(RD_KAFKA_RESP_ERR__RETRY, reason: "no broker described group \(group)")
        }
        // The description's own.
        if let error = unsafe rd_kafka_ConsumerGroupDescription_error(description) {
            let code = unsafe rd_kafka_error_code(error)
            if code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND { return [] }
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw unsafe KafkaError(
                    code, reason: "group \(group): \(String(cString: rd_kafka_error_string(error)))")
            }
        }
        return unsafe (0..<rd_kafka_ConsumerGroupDescription_member_count(description)).compactMap { index in
            guard let member = unsafe rd_kafka_ConsumerGroupDescription_member(description, index) else { return nil }
            return unsafe Member(
                instance: rd_kafka_MemberDescription_group_instance_id(member).map { unsafe String(cString: $0) },
                client: String(cString: rd_kafka_MemberDescription_client_id(member)),
                host: String(cString: rd_kafka_MemberDescription_host(member)))
        }
    }
}
