import Contracts
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// What outsiders could do by the settings of topics is said, counted and bounded.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct OutsiderTopicsTests {
    let context = Context(RealKafka.uniqueName("outsiders"))
    private var readings: String { "\(context.name).readings" }

    private func admin() throws -> Admin {
        try Admin(["bootstrap.servers": RealKafka.shared().bootstrapServers], log: quiet)
    }

    /// Looks at topics that were made with these settings where outsiders write.
    private func look(_ settings: [String: String]) throws -> OutsiderTopics.Finding {
        let admin = try admin()
        let own = [context.internal, context.events, context.changelog, context.deadLetters]
        try admin.createTopics(
            ([context.commands, readings] + own).map { name in
                var topic = NewTopic(name, partitions: 2)
                if name == context.changelog { topic.config["cleanup.policy"] = "compact" }
                if name == context.deadLetters { topic.config["max.message.bytes"] = "2097152" }
                if !own.contains(name) { topic.config = settings }
                return topic
            })
        return try TopicCheck(context, [context.internal, readings], outsiders: [readings], isEmbedded: false)
            .run(admin).settings
    }

    @Test func `what fits has no faults`() throws {
        let finding = try look(OutsiderTopics.settings.merging(["max.message.bytes": "3000000"]) { $1 })
        #expect(finding.faults.isEmpty && !finding.isCompressed)
        #expect(finding.largestBatch == 3_000_000)
    }

    @Test func `topics as they were made until now are counted and not refused`() throws {
        let finding = try look([:])
        #expect(finding.faults.map(\.topic) == [context.commands, readings])
        #expect(finding.faults.allSatisfy { $0.names == ["compression.type", "message.timestamp.type"] })
        #expect(finding.isCompressed)
        #expect(finding.largestBatch == 1_048_588)
    }

    /// What a batch of 6 KB unpacks to, the broker would have to keep and every reader to unpack.
    @Test func `a broker refuses what is too large unpacked`() throws {
        _ = try look(OutsiderTopics.settings)
        let producer = try Producer(
            [
                "bootstrap.servers": RealKafka.shared().bootstrapServers, "compression.type": "zstd",
                "message.max.bytes": "100000000",
            ], log: quiet)
        let value = [UInt8](repeating: UInt8(ascii: "x"), count: 50_000_000)
        let error = #expect(throws: KafkaError.self) {
            try producer.send(context.commands, partition: 0, key: nil, value: value.span)
            try producer.flush(milliseconds: 120_000)
        }
        #expect(error?.isTooLarge == true)
    }
}

@Suite struct OutsiderReportTests {
    private let finding = OutsiderTopics.Finding(
        faults: [("dr.commands", ["compression.type", "message.timestamp.type"])], largestBatch: 1_048_588)

    private func take(_ findings: [OutsiderTopics.Finding], acceptsCompressed: Bool) -> (
        MemoryLog, [String], [FetchBounds]
    ) {
        let (log, registry) = (MemoryLog(), MetricsRegistry())
        let metrics = DaemonMetrics(registry, .dr)
        let report = OutsiderReport(acceptsCompressed: acceptsCompressed)
        var texts: [String] = []
        let bounds = findings.map { finding in
            defer {
                texts.append(
                    registry.text().split(separator: "\n").first { $0.hasPrefix("negawatt_topic_settings_faults ") }.map
                    { String($0) } ?? "")
            }
            return report.take(finding, "kafka:9092", metrics, Logger(sink: log))
        }
        return (log, texts, bounds)
    }

    @Test func `a fault is said once with the line that mends it and counted`() {
        let mended = OutsiderTopics.Finding(faults: [], largestBatch: 1_048_588)
        let (log, counts, bounds) = take([finding, finding, mended], acceptsCompressed: false)
        #expect(log.lines.count == 1 && log.lines.first?.level == .warning)
        #expect(
            log.lines.first?["do"] == "kafka-configs --bootstrap-server kafka:9092 --alter --entity-type topics "
                + "--entity-name dr.commands --add-config compression.type=uncompressed,message.timestamp.type=LogAppendTime"
        )
        #expect(
            counts == [
                "negawatt_topic_settings_faults 2", "negawatt_topic_settings_faults 2",
                "negawatt_topic_settings_faults 0",
            ])
        #expect(bounds.map(\.isCompressed) == [true, true, false])
    }

    @Test func `where compression is accepted the bound is said instead`() {
        let (log, counts, bounds) = take([finding, finding], acceptsCompressed: true)
        #expect(log.lines.map(\.level) == [.warning, .info])
        #expect(log.lines.first?["settings"] == "message.timestamp.type")
        #expect(log.lines.last?["gzip.mib"] == "1032")
        #expect(counts.last == "negawatt_topic_settings_faults 1")
        #expect(bounds.map(\.isCompressed) == [true, true])
    }
}

@Suite struct FetchBoundsTests {
    private func number(_ bounds: FetchBounds, _ name: String) -> Int {
        bounds.properties[name].flatMap { Int($0) } ?? 0
    }

    /// 36 times an answer of empty records, and the largest records that may wait: of three brokers, within 256 MiB.
    @Test func `what waits is bounded whatever it is`() {
        let bounds = FetchBounds()
        let answer = max(number(bounds, "fetch.max.bytes"), bounds.largestBatch)
        let worst = max(3 * 39 * answer, (number(bounds, "queued.min.messages") + 3) * bounds.largestBatch)
        #expect(worst <= 128 << 20)
        #expect(number(bounds, "queued.max.messages.kbytes") << 10 <= worst)
    }

    /// librdkafka refuses others.
    @Test(arguments: [(false, 1_048_588), (true, 1_048_588), (false, 50_000_000), (false, Int(Int32.max))])
    func `the bounds fit together and a whole batch gets through`(_ isCompressed: Bool, _ largestBatch: Int) throws {
        let bounds = FetchBounds(isCompressed: isCompressed, largestBatch: largestBatch)
        let received = number(bounds, "receive.message.max.bytes")
        let batch = max(largestBatch, number(bounds, "fetch.max.bytes"))
        #expect(received >= min(batch + 65_536, Int(Int32.max)))
        var settings = LoopSettings(context: .dr, bootstrapServers: "127.0.0.1:1")
        settings.fetch = bounds
        // A producer's limit is not one of what is fetched.
        settings.properties["message.max.bytes"] = "9000000"
        #expect(settings.consumer["message.max.bytes"] == "1000" && settings.producer["message.max.bytes"] == "9000000")
        _ = try Consumer(settings.consumer, topics: ["x"], log: quiet)
    }

    @Test func `where batches may be compressed little is fetched`() {
        let bounds = FetchBounds(isCompressed: true)
        #expect(bounds.zstdMiB == 128 && FetchBounds(isCompressed: true, largestBatch: 99 << 20).zstdMiB == 400)
        #expect(number(bounds, "fetch.max.bytes") <= 4096 && number(bounds, "fetch.message.max.bytes") <= 4096)
        #expect(number(bounds, "queued.min.messages") <= 8)
    }
}
