import Contracts
import Kafka
import Telemetry
import Workers

/// The handles of all that a daemon counts, made once.
struct DaemonMetrics: Sendable {
    let consumed: Counter
    let done: Counter
    let skipped: Counter
    let forwarded: Counter
    let rejected: Counter
    let timers: Counter
    let deadLetters: MetricFamily<Counter>
    let transactions: Histogram
    let failures: MetricFamily<Counter>
    let group: GroupMetrics
    let remaining: Gauge
    let restoreSeconds: Gauge
    let state: MetricFamily<Gauge>
    let lag: MetricFamily<Gauge>
    let lagSeconds: MetricFamily<Gauge>
    let fileBytes: MetricFamily<Gauge>
    let settingsFaults: Gauge
    let faults: MetricFamily<Gauge>
    let slow: Counter
    let strays: Counter
    let standby: StandbyMetrics

    init(_ registry: MetricsRegistry, _ context: Context) {
        consumed = registry.counter("negawatt_records_consumed_total", "Records read from the inputs.")
        let processed = registry.counters(
            "negawatt_records_processed_total", "Records handled, by outcome.", by: ["outcome"])
        done = processed.with(["outcome": "done"])
        skipped = processed.with(["outcome": "skipped"])
        forwarded = processed.with(["outcome": "forwarded"])
        rejected = processed.with(["outcome": "rejected"])
        timers = registry.counter(
            "negawatt_timers_fired_total", "Timers that fired: order ends, deadlines, steps of long work.")
        deadLetters = registry.counters(
            "negawatt_deadletters_total", "Dead letters, by the kind of reason.", by: ["reason"])
        transactions = registry.histogram(
            "negawatt_transaction_duration_seconds", "Time from the begin of a transaction to its commit.")
        failures = registry.counters(
            "negawatt_commit_failures_total", "Transactions and calls that Kafka refused, by error.",
            by: ["class"])
        group = GroupMetrics(registry)
        remaining = registry.gauge(
            "negawatt_restore_remaining_records", "Changelog records that the restore has still to read.")
        restoreSeconds = registry.gauge("negawatt_restore_duration_seconds", "Duration of the last restore.")
        state = registry.gauges("negawatt_state", "1 for the state that the daemon is in.", by: ["state"])
        lag = registry.gauges(
            "negawatt_consumer_lag_records", "Records that wait in an input.", by: ["topic", "partition"])
        lagSeconds = registry.gauges(
            "negawatt_consumer_lag_seconds", "Age of the record that was read last, while others wait behind it.",
            by: ["partition"])
        fileBytes = registry.gauges("negawatt_state_file_bytes", "Size of a shard's state file.", by: ["partition"])
        faults = registry.gauges(
            "negawatt_input_faults", "1 for an input that cannot be read: the daemon is not ready.",
            by: ["topic", "partition"])
        slow = registry.counter(
            "negawatt_slow_transactions_total", "Transactions that Kafka aborted because they took too long.")
        strays = registry.counter(
            "negawatt_changelog_strays_total", "Rows of the changelog that no table takes, or that cannot be read.")
        standby = StandbyMetrics(registry)
        settingsFaults = registry.gauge(
            "negawatt_topic_settings_faults", "Unsafe settings of the inputs: their writers can do harm.")
        Libraries().register(in: registry, context: context.name)
        registry.addProcessMetrics()
        makeSeries()
    }

    /// Those to be expected stand there from the beginning: of a series that begins at 1 Prometheus sees no increase.
    private func makeSeries() {
        for kind in Rejection.Kind.allCases { _ = deadLetters.with(["reason": kind.rawValue]) }
        for code in [KafkaError.Code.transport, .timedOut, .fenced, .illegalGeneration] {
            _ = failures.with(["class": code.description])
        }
    }
}

/// What a daemon knows of its group.
struct GroupMetrics: Sendable {
    let rebalances: Counter
    let generation: Gauge
    let assigned: Gauge
    let partitions: Gauge

    init(_ registry: MetricsRegistry) {
        rebalances = registry.counter("negawatt_rebalances_total", "Assignments of partitions to this member.")
        generation = registry.gauge("negawatt_group_generation", "The group's generation as this member last saw it.")
        assigned = registry.gauge("negawatt_assigned_partitions", "Partitions assigned to this member.")
        partitions = registry.gauge("negawatt_partitions", "Partitions of the context, shared by its members.")
    }
}

/// What a daemon does for the partitions of other members.
struct StandbyMetrics: Sendable {
    let partitions: Gauge
    let lag: Gauge
    let failures: Counter

    init(_ registry: MetricsRegistry) {
        partitions = registry.gauge(
            "negawatt_standby_partitions", "Partitions of other members whose files are kept warm.")
        lag = registry.gauge(
            "negawatt_standby_lag_records", "Changelog records that the files kept warm do not have yet.")
        failures = registry.counter(
            "negawatt_standby_failures_total", "Times that files could not be kept warm, and were begun again with.")
    }
}
