/// How long something took, many times.
struct Latencies {
    private var all: [Duration] = []

    var count: Int { all.count }

    mutating func add(_ duration: Duration) { all.append(duration) }

    /// Says p50, p99 and the longest, in ms.
    func say(_ name: String) {
        let sorted = all.sorted()
        guard let last = sorted.last else { return }
        Benchmark.say("\(name)_p50", sorted[(sorted.count - 1) / 2].rounded)
        Benchmark.say("\(name)_p99", sorted[(sorted.count - 1) * 99 / 100].rounded)
        Benchmark.say("\(name)_max", last.rounded)
    }
}
