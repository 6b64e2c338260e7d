import Baselines
import Contracts
import Testing
import WorkersTesting

@testable import KepcoContext

/// Readings with tenths of a Wh: what they come to is rounded once.
@Suite struct TenthsTests {
    @Test func `a check adds up tenths and rounds their sum`() throws {
        let scene = Scene()
        for day in ["2026-11-18", "2026-11-19"] { scene.tenths("kim", "\(day)T10:00", [1003, 1004]) }
        scene.tenths("kim", "2026-11-20T10:00", [501, 502])
        scene.saved("kim")
        try scene.harness.run()
        let check = try #require(try scene.checks().first)
        // 200.7 − 100.3 = 100.4; both rounded by themselves.
        #expect((check.baselineWh, check.usedWh, check.reducedWh) == (201, 100, 100))
        #expect(check.quarterBaselineMilliWh == [100_300, 100_400] && check.quarterUsedMilliWh == [50_100, 50_200])
    }
}
