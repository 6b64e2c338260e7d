import Glibc
import TestTraits
import Testing
import Threads

@testable import Telemetry

@Suite struct MetricsTests {
    private let metrics = MetricsRegistry()

    @Test func `writes every kind as Prometheus reads it`() {
        let records = metrics.counter("records_total", "Records\nhandled \\ so far.")
        records.increment()
        records.increment(by: 41)
        let build = metrics.gauge("build_info", "Which build.", labels: ["version": #"1 "a\b""# + "\n", "commit": "c"])
        build.set(1)
        let share = metrics.gauge("share", "Share.")
        share.set(0.25)
        share.add(1)
        metrics.gauge("age_seconds", "Age.") { .infinity }
        let wait = metrics.histogram("wait_seconds", "Waits.", labels: ["topic": "t"], buckets: [0.5, 1, 2])
        for value in [0.25, 0.5, 0.75, 2, 3] { wait.observe(value) }
        #expect(
            metrics.text() == #"""
                # HELP records_total Records\nhandled \\ so far.
                # TYPE records_total counter
                records_total 42
                # HELP build_info Which build.
                # TYPE build_info gauge
                build_info{version="1 \"a\\b\"\n",commit="c"} 1
                # HELP share Share.
                # TYPE share gauge
                share 1.25
                # HELP age_seconds Age.
                # TYPE age_seconds gauge
                age_seconds +Inf
                # HELP wait_seconds Waits.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{topic="t",le="0.5"} 2
                wait_seconds_bucket{topic="t",le="1"} 3
                wait_seconds_bucket{topic="t",le="2"} 4
                wait_seconds_bucket{topic="t",le="+Inf"} 5
                wait_seconds_sum{topic="t"} 6.5
                wait_seconds_count{topic="t"} 5

                """#)
        #expect(wait.count == 5 && wait.sum == 6.5)
    }

    @Test func `a family's children come and go`() {
        let family = metrics.counters("records_total", "Records.", by: ["topic", "partition"])
        #expect(metrics.text() == "")
        let third = family.with(["topic": "t", "partition": "3"])
        // The order of the labels does not matter, and the same ones give the same counter.
        #expect(family.with(["partition": "3", "topic": "t"]) === third)
        third.increment()
        family.with(["topic": "t", "partition": "1"]).increment(by: 2)
        let head = "# HELP records_total Records.\n# TYPE records_total counter\n"
        let first = "records_total{topic=\"t\",partition=\"1\"} 2\n"
        #expect(metrics.text() == head + first + "records_total{topic=\"t\",partition=\"3\"} 1\n")
        family.remove(["partition": "3", "topic": "t"])
        third.increment()
        #expect(metrics.text() == head + first)
        #expect(family.with(["topic": "t", "partition": "3"]).value == 0)
    }

    @Test func `the same name gives the same metric`() {
        let one = metrics.counter("a_total", "A.", labels: ["x": "1"])
        let other = metrics.counter("a_total", "A.", labels: ["x": "2"])
        #expect(one !== other)
        #expect(metrics.counter("a_total", "A.", labels: ["x": "1"]) === one)
        let gauges = metrics.gauges("age_seconds", "Age.", by: ["partition"])
        metrics.gauge("age_seconds", "Age.", labels: ["partition": "1"]) { 1 }
        metrics.gauge("age_seconds", "Age.", labels: ["partition": "1"]) { 2 }
        #expect(gauges.with(["partition": "1"]).value == 2)
        gauges.remove(["partition": "1"])
        #expect(!metrics.text().contains("age_seconds"))
    }

    @Test func `nothing is lost when several threads count`() {
        let counter = metrics.counter("a_total", "A.")
        let gauge = metrics.gauge("b", "B.")
        let histogram = metrics.histogram("c_seconds", "C.", buckets: [1])
        let threads = (0..<4).map { _ in
            Thread("test") {
                for _ in 0..<10_000 {
                    counter.increment()
                    gauge.add(1)
                    histogram.observe(0.5)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(
            counter.value == 40_000 && gauge.value == 40_000 && histogram.count == 40_000 && histogram.sum == 20_000)
    }

    @Test(
        arguments: [
            (1.0, "1"), (-0.5, "-0.5"), (1e-7, "1e-07"), (1e300, "1e+300"), (.nan, "NaN"), (-.infinity, "-Inf"),
            (1_700_000_000.25, "1700000000.25"),
        ] as [(Double, String)])
    func `numbers are written as Prometheus reads them`(number: Double, text: String) {
        #expect(number.metricText == text)
    }

    @Test(.ahead) func `a name that Prometheus refuses is our mistake`() async {
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().gauge("9_lives", "Lives.") }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().gauge("camelCase", "Camels.") }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().counter("records", "No total.") }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().gauge("a", "A.", labels: ["a-b": ""]) }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().gauge("a", "") }
        await #expect(processExitsWith: .failure) {
            let metrics = MetricsRegistry()
            _ = (metrics.gauge("a", "A."), metrics.histogram("a", "A."))
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricsRegistry().gauges("a", "A.", by: ["partition"]).with(["topic": "t"])
        }
    }

    @Test func `the process says how it is`() throws {
        metrics.addProcessMetrics()
        var values: [String: Double] = [:]
        for line in metrics.text().split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        #expect((1_000_000...1e11).contains(values["process_resident_memory_bytes"] ?? 0))
        #expect((values["process_virtual_memory_bytes"] ?? 0) > (values["process_resident_memory_bytes"] ?? 0))
        #expect((0...1e5).contains(values["process_cpu_seconds_total"] ?? -1))
        #expect((1...1e5).contains(values["process_threads"] ?? 0))
        #expect((3...(values["process_max_fds"] ?? 0)).contains(values["process_open_fds"] ?? 0))
        #expect((-2...86_400).contains(Double(time.tv_sec) - (values["process_start_time_seconds"] ?? 0)))
    }

    @Test(.enabled(if: isInstalled("promtool"), "promtool is not installed"))
    func `promtool has nothing to say`() {
        metrics.addProcessMetrics()
        metrics.counters("negawatt_records_total", "Records.", by: ["topic"]).with(["topic": "\"\\\n가"]).increment()
        metrics.gauge("negawatt_last_poll_age_seconds", "Age with \\ and\nan end.") { 1e-9 }
        metrics.histogram("negawatt_commit_duration_seconds", "Commits.", labels: ["result": "ok"]).observe(0.1)
        metrics.gauge("negawatt_build_info", "Build.", labels: ["version": "1"]).set(1)
        let (status, output) = piped(metrics.text(), to: "promtool check metrics")
        #expect(status == 0 && output == "")
        // It does look.
        #expect(piped("records 1\n", to: "promtool check metrics").status != 0)
    }
}

private func isInstalled(_ tool: String) -> Bool { unsafe system("command -v \(tool) > /dev/null 2>&1") == 0 }

/// What a shell command makes of an input.
private func piped(_ input: String, to command: String) -> (status: Int32, output: String) {
    var template = Array("/tmp/negawatt-metrics-XXXXXX".utf8CString)
    let folder = unsafe String(cString: mkdtemp(&template))
    defer { unsafe rmdir(folder) }
    let path = "\(folder)/input"
    guard let file = unsafe fopen(path, "w") else { return (-1, "") }
    unsafe fputs(input, file)
    unsafe fclose(file)
    defer { unsafe unlink(path) }
    guard let process = unsafe popen("\(command) 2>&1 < \(path)", "r") else { return (-1, "") }
    var output = [UInt8](repeating: 0, count: 4096)
    let count = unsafe fread(&output, 1, output.count, process)
    return (unsafe pclose(process), String(decoding: output[..<count], as: UTF8.self))
}
