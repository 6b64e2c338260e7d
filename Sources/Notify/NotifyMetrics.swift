import Calls
import Contracts
import OutsideClient
import Telemetry

/// What the client shows of receivers, made once.
struct NotifyMetrics: Sendable {
    /// Of one channel.
    struct Channel: Sendable {
        /// Notices by what they came to.
        private let notices: [NoticeAnswered.Outcome: Counter]
        private let duration: Histogram
        let endpoint: EndpointState.Gauges
        private let underWay: Gauge
        private let waiting: Gauge

        fileprivate init(_ name: String, _ families: Families) {
            notices = Dictionary(
                uniqueKeysWithValues: NoticeAnswered.Outcome.allCases.map {
                    ($0, families.notices.with(["channel": name, "outcome": $0.rawValue]))
                })
            duration = families.duration.with(["channel": name])
            endpoint = EndpointState.Gauges(
                circuit: { families.circuit.with(["channel": name, "state": $0.rawValue]) },
                paused: { families.paused.with(["channel": name, "reason": $0.rawValue]) })
            underWay = families.underWay.with(["channel": name])
            waiting = families.waiting.with(["channel": name])
        }

        func show(_ desk: NoticeDesk) {
            underWay.set(desk.underWayCount)
            waiting.set(desk.waitingCount)
        }

        func answered(_ outcome: NoticeAnswered.Outcome) { notices[outcome]?.increment() }

        func ended(after time: Duration) { duration.observe(time / .seconds(1)) }
    }

    fileprivate struct Families: Sendable {
        let notices: MetricFamily<Counter>
        let duration: MetricFamily<Histogram>
        let (circuit, paused): (MetricFamily<Gauge>, MetricFamily<Gauge>)
        let (underWay, waiting): (MetricFamily<Gauge>, MetricFamily<Gauge>)

        init(_ metrics: MetricsRegistry) {
            notices = metrics.counters(
                "negawatt_notify_notices_total", "Notices that receivers were called with, by outcome.",
                by: ["channel", "outcome"])
            duration = metrics.histograms(
                "negawatt_notify_call_duration_seconds", "Time from a call of up to 100 notices to its answer.",
                by: ["channel"])
            circuit = metrics.gauges(
                "negawatt_notify_circuit", "1 for the state of the circuit toward a channel's receiver.",
                by: ["channel", "state"])
            paused = metrics.gauges(
                "negawatt_notify_paused",
                "1 while a channel's receiver is not called: it has asked for it, or refuses us.",
                by: ["channel", "reason"])
            underWay = metrics.gauges(
                "negawatt_notify_calls_under_way", "Calls that a receiver has not answered yet.", by: ["channel"])
            waiting = metrics.gauges(
                "negawatt_notify_notices_waiting", "Notices that were handed over and wait for their turn.",
                by: ["channel"])
        }
    }

    private let families: Families
    private let untaken: Counter
    let unwritten: Counter

    init(_ metrics: MetricsRegistry) {
        families = Families(metrics)
        untaken = metrics.counter(
            "negawatt_notify_notices_untaken_total", "Notices for which there was no room: they are told again later.")
        unwritten = metrics.counter(
            "negawatt_notify_answers_unwritten_total", "Answers that Kafka did not take: they are asked for again.")
    }

    func channel(_ name: String) -> Channel { Channel(name, families) }

    func notTaken(by count: Int = 1) { untaken.increment(by: count) }
}
