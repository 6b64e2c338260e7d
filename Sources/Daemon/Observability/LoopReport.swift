import Contracts
import Kafka
import Telemetry
import Workers

/// What a loop shows of its partitions.
extension Loop {
    /// Once a second, and when partitions come or go: what waits, and how large the files are.
    func report() {
        status.metrics.group.assigned.set(shards.count)
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
                let givesWay = plan.background.contains(topic)
                guard let end = end(of: topic, shard.partition, givesWay) else { continue }
                // Behind the last record lies the mark of its transaction: passed, but nothing to commit.
                let passed = isReading ? position(in: topic, shard.partition, givesWay) : nil
                let lag = Int(max(0, end - max(shard.inputs.offsets[input], passed ?? 0)))
                status.metrics.lag.with(labels).set(lag)
                // What gives way may wait as long as it likes.
                if lag > 0, !givesWay { isBehind = true }
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
            if workerMetrics.hasGauges { measure(index) }
        }
    }

    /// Rows that cannot be read are told of where they are handled: what was shown before stays.
    private func measure(_ partition: Int32) {
        guard let shard = shards[partition] else { return workerMetrics.show(nil, of: partition) }
        guard transaction == nil,
            let values = try? processor.measure(partition: partition, now: surroundings.time, shard)
        else { return }
        workerMetrics.show(values, of: partition)
    }

    private func end(of topic: String, _ partition: Int32, _ givesWay: Bool) -> Int64? {
        givesWay
            ? background?.cachedWatermarks(topic, partition)?.high : consumer.cachedWatermarks(topic, partition)?.high
    }

    private func position(in topic: String, _ partition: Int32, _ givesWay: Bool) -> Int64? {
        givesWay ? background?.position(topic, partition) : consumer.position(topic, partition)
    }
}
