import Testing

@testable import Gateway

@Suite struct KeyScheduleTests {
    private let start = ContinuousClock.now

    private func wants(_ schedule: inout KeySchedule, _ time: ContinuousClock.Instant) -> Bool {
        schedule.wantsUnknown(at: time)
    }

    @Test func `keys are fetched at once, and again after the refresh`() {
        var schedule = KeySchedule(refresh: .seconds(600), unknown: .seconds(60))
        #expect(schedule.isDue(at: start))
        schedule.ended(succeeded: true, at: start)
        #expect(!schedule.isDue(at: start + .seconds(599)))
        #expect(schedule.isDue(at: start + .seconds(600)))
    }

    @Test func `after a failure it waits a second, then twice as long each time, up to a minute`() {
        var schedule = KeySchedule()
        var time = start
        for wait in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            schedule.ended(succeeded: false, at: time)
            #expect(!schedule.isDue(at: time + .seconds(wait) - .milliseconds(1)))
            time += .seconds(wait)
            #expect(schedule.isDue(at: time))
        }
        schedule.ended(succeeded: true, at: time)
        #expect(!schedule.isDue(at: time + .seconds(599)))
    }

    @Test func `an unknown key is a reason once a minute`() {
        var schedule = KeySchedule()
        #expect(wants(&schedule, start))
        schedule.ended(succeeded: true, at: start)
        #expect(!wants(&schedule, start + .seconds(59)))
        #expect(!schedule.isDue(at: start + .seconds(59)))
        #expect(wants(&schedule, start + .seconds(60)))
        #expect(schedule.isDue(at: start + .seconds(60)))
        // All who ask before it has ended are told the same, and no other one follows.
        #expect(wants(&schedule, start + .seconds(61)))
        schedule.ended(succeeded: true, at: start + .seconds(62))
        #expect(!wants(&schedule, start + .seconds(63)))
        #expect(!schedule.isDue(at: start + .seconds(63)))
    }

    @Test func `unknown keys do not hurry a source that fails`() {
        var schedule = KeySchedule()
        schedule.ended(succeeded: false, at: start)
        #expect(!wants(&schedule, start + .milliseconds(500)))
        #expect(!schedule.isDue(at: start + .milliseconds(500)))
    }
}
