import Contracts
import Daemon
import Glibc
import Kafka

/// A year and more of an aggregator in hours: the daemons, Kafka and this process have a clock of their own, which is
/// moved on whenever nothing is left to do. Every so many days the script says what the files and a restore have come
/// to; see `scripts/bench-year`.
struct YearMeasurement {
    private let client: Client
    private let clock: YearClock
    private let tail: YearTail
    private let load: YearLoad
    private let days: Int
    private let every: Int

    /// - Parameters:
    ///   - clock: its file.
    ///   - every: how many days a figure is behind the one before.
    init(_ bootstrapServers: String, clock: String, customers: Int, days: Int, every: Int) throws {
        client = try Client(bootstrapServers)
        tail = try YearTail(client, bootstrapServers)
        (self.clock, self.days, self.every) = (YearClock(clock), days, max(every, 1))
        load = YearLoad(client, customers: customers, from: .current)
    }

    /// - Parameter chart: where the curves go.
    func run(chart: String) throws {
        try tail.settle()
        try clock.move(to: load.time(0, 1))
        try load.begin()
        try tail.settle()
        var curves = YearCurves()
        for day in 0..<days {
            // Behind the sweep of the night.
            try step(day, 6) { try load.morning(day) }
            if load.isOrderDay(day) { try order(day) }
            guard day % every == every - 1 else { continue }
            say("stop", day + 1)
            curves.add(try figures(day))
        }
        say("end", 0)
        for figure in curves.figures { say(figure.name, figure.value) }
        try curves.chart(days: days).write(to: chart)
    }

    private func step(_ day: Int, _ hour: Double, _ send: () throws -> Void) throws {
        try clock.move(to: load.time(day, hour))
        // Beside what has become due by then.
        try send()
        try tail.settle()
    }

    private func order(_ day: Int) throws {
        try step(day, 11) { try load.announce(day) }
        try step(day, 11.5) { try load.answer(day) }
        guard !load.isWithdrawn(day) else { return }
        let end = load.end(day)
        try step(day, end + 0.02) {}
        try step(day, end + 0.5) { try load.afternoon(day) }
        // Behind the deadline of the readings, and the last sums and points.
        try step(day, end + 2.1) {}
        try step(day, end + 2.5) {}
        try step(day, end + 4) {}
    }

    /// What the script answers: a line for each context with its figures, then an empty one.
    private func figures(_ day: Int) throws -> YearCurves.Stop {
        var stop = YearCurves.Stop(day: day + 1, live: tail.live, deadLetters: tail.deadLetters)
        while let line = readLine(), !line.isEmpty {
            let words = line.split(separator: " ")
            guard words.count == 5, let numbers = Optional(words.dropFirst().compactMap({ Int($0) })),
                numbers.count == 4
            else { throw MeasurementError(description: "the script says \(line)") }
            stop.contexts[String(words[0])] = YearCurves.Figures(
                fileBytes: numbers[0], logBytes: numbers[1], restoredRows: numbers[2], restoreMs: numbers[3])
        }
        guard stop.contexts.count == Context.all.count else {
            throw MeasurementError(description: "the script has said \(stop.contexts.keys.sorted()) only")
        }
        return stop
    }
}
