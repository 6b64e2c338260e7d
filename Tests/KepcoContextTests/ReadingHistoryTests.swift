import Baselines
import Contracts
import Testing

@testable import KepcoContext

@Suite struct ReadingHistoryTests {
    /// Such as windows of an adjustment: the last one ends two quarter hours behind the first one's start.
    @Test func `stretches that lie crosswise are added up each by itself`() throws {
        var given = GivenReadings()
        try given.add("2026-11-20T08:00", (1...16).map { Int64($0) })
        let ten = Zone.korea.minute(of: try korea("2026-11-20T10:00"))
        let stretches = [ten..<(ten + 60), (ten - 30)..<(ten + 30)]
        #expect(try given.use(in: stretches, daysBefore: 0) == [420, 340])
    }

    @Test func `a stretch that comes twice is added up twice`() throws {
        var given = GivenReadings()
        try given.add("2026-11-20T10:00", [10, 100, 1000])
        let ten = Zone.korea.minute(of: try korea("2026-11-20T10:00"))
        let stretches = [ten..<(ten + 15), ten..<(ten + 15), (ten + 30)..<(ten + 45)]
        #expect(try given.use(in: stretches, daysBefore: 0) == [100, 100, 10_000])
    }
}
