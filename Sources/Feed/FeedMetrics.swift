import Calls
import Contracts
import OutsideClient
import Telemetry

/// What the client shows of the utility, made once.
struct FeedMetrics: Sendable {
    /// Calls by what they came to.
    private let calls: [MeterAnswered.Outcome: Counter]
    private let untaken: Counter
    let unwritten: Counter
    private let duration: Histogram
    let utility: EndpointState.Gauges
    private let underWay: Gauge
    private let waiting: Gauge

    init(_ metrics: MetricsRegistry) {
        let calls = metrics.counters("negawatt_feed_calls_total", "Calls to the utility, by outcome.", by: ["outcome"])
        self.calls = Dictionary(
            uniqueKeysWithValues: MeterAnswered.Outcome.allCases.map {
                ($0, calls.with(["outcome": $0.rawValue]))
            })
        untaken = metrics.counter(
            "negawatt_feed_calls_untaken_total", "Calls for which there was no room: they are asked for again.")
        unwritten = metrics.counter(
            "negawatt_feed_answers_unwritten_total", "Answers that Kafka did not take: they are asked for again.")
        duration = metrics.histogram("negawatt_feed_call_duration_seconds", "Time from a call to its answer.")
        let states = metrics.gauges(
            "negawatt_feed_circuit", "1 for the state of the circuit toward the utility.", by: ["state"])
        let pauses = metrics.gauges(
            "negawatt_feed_paused", "1 while no call is made: the utility has asked for it, or refuses everybody.",
            by: ["reason"])
        utility = EndpointState.Gauges(
            circuit: { states.with(["state": $0.rawValue]) }, paused: { pauses.with(["reason": $0.rawValue]) })
        underWay = metrics.gauge("negawatt_feed_calls_under_way", "Calls that the utility has not answered yet.")
        waiting = metrics.gauge("negawatt_feed_calls_waiting", "Calls that wait for their turn.")
    }

    func show(_ desk: CallDesk) {
        underWay.set(desk.underWayCount)
        waiting.set(desk.waitingCount)
    }

    func answered(_ outcome: MeterAnswered.Outcome, after time: Duration) {
        calls[outcome]?.increment()
        duration.observe(time / .seconds(1))
    }

    func notTaken(by count: Int = 1) { untaken.increment(by: count) }
}
