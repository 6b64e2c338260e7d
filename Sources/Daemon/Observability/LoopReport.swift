import Contracts
import Kafka
import Telemetry

/// What a loop shows of its partitions.
extension Loop {
    /// Once a second, and when partitions come or go: what waits, and how large the files are.
    func report() {
        status.metrics.assigned.set(shards.count)
        // What the client says of a partition that is not ours is not so.
        let isReading = if case .running = phase { true } else { false }
        for index in shards.partitions {
            let partition = String(index)
            var isBehind = false
            for (input, topic) in plan.inputs.enumerated() {
                let labels: MetricLabels = ["topic": topic, "partition": partition]
                guard let shard = shards[index] else {
                    status.metrics.lag.remove(labels)
                    continue
                }
                guard let end = consumer.cachedWatermarks(topic, shard.partition)?.high else { continue }
                // Behind the last record lies the mark of its transaction: passed, but nothing to commit.
                let passed = isReading ? consumer.position(topic, shard.partition) : nil
                let lag = Int(max(0, end - max(shard.inputs.next[input], passed ?? 0)))
                status.metrics.lag.with(labels).set(lag)
                if lag > 0 { isBehind = true }
            }
            let labels: MetricLabels = ["partition": partition]
            if let shard = shards[index] {
                let age = isBehind ? shard.readTime.map { surroundings.time.milliseconds - $0.milliseconds } : nil
                status.metrics.lagSeconds.with(labels).set(Int(max(0, age ?? 0) / 1000))
                status.metrics.fileBytes.with(labels).set(Int(plan.directory.size(index)))
            } else {
                status.metrics.lagSeconds.remove(labels)
                status.metrics.fileBytes.remove(labels)
            }
        }
    }
}
