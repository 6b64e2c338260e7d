import Foundation
import RealKafka
import Testing

@testable import Daemon

/// The loop on a model of Kafka, through hundreds of schedules. `MODEL_SCHEDULES` says how many, `MODEL_SEED` which is
/// the first; a schedule that fails prints its seed and all that happened in it.
@Suite(.timeLimit(.minutes(30)), .serialized) struct LoopModelTests {
    private let variables = ProcessInfo.processInfo.environment

    @Test func `nothing is lost done twice or ahead in any schedule`() throws {
        let parent = try Self.directory()
        let replicas = try (0..<3).map { try Replica($0, in: parent) }
        let first = variables["MODEL_SEED"].flatMap(UInt64.init) ?? 1
        let count = variables["MODEL_SCHEDULES"].flatMap(UInt64.init) ?? (variables["MODEL_SEED"] == nil ? 600 : 1)
        let tools = Schedule.Tools()
        let (began, startClock) = (ContinuousClock.now, clock())
        var sum = Counts()
        for seed in first..<first + count {
            let schedule = Schedule(seed: seed, replicas: replicas, tools: tools)
            try schedule.run()
            sum += schedule.kafka.count
            guard !schedule.failures.isEmpty else { continue }
            try report(schedule, replicas, tools)
            return
        }
        let seconds = Double(clock() - startClock) / Double(CLOCKS_PER_SEC)
        print("model: \(count) schedules from seed \(first) on, in \(ContinuousClock.now - began), \(seconds) s of CPU")
        for (name, path) in Counts.all { print("model:   \(name): \(sum[keyPath: path])") }
        // Each kind of fault has occurred, or the run says nothing about it.
        if count >= 600 {
            for (name, path) in Counts.all { #expect(sum[keyPath: path] > 3, "\(name)") }
        }
    }

    /// Once more, with all that happens.
    private func report(_ schedule: Schedule, _ replicas: [Replica], _ tools: Schedule.Tools) throws {
        let again = Schedule(seed: schedule.seed, replicas: replicas, tools: tools, isTraced: true)
        try again.run()
        for line in again.trace { print("model: \(line)") }
        let failures = schedule.failures.joined(separator: "; ")
        Issue.record("seed \(schedule.seed): \(failures). Again: MODEL_SEED=\(schedule.seed)")
        #expect(again.failures == schedule.failures, "the same seed has to be the same schedule")
    }

    /// In memory, where there is such a place.
    static func directory() throws -> String {
        let memory = "/dev/shm"
        guard unsafe access(memory, W_OK) == 0 else { return try Leftovers.temporaryDirectory("model") }
        let path = "\(memory)/negawatt-model-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        Leftovers.atExit { try? FileManager.default.removeItem(atPath: path) }
        return path
    }
}
