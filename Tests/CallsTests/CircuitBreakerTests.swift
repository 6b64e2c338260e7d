import Calls
import Testing

@Suite struct CircuitBreakerTests {
    /// What happens, so many ms after the beginning: a command is admitted or not, an acknowledgement comes or does not
    /// for one that was sent then; and the state behind it.
    enum Happening: Sendable {
        case admit(at: Int, passes: Bool)
        case acknowledged(at: Int, sentAt: Int)
        case failed(at: Int, sentAt: Int)
    }

    static let courses: [(name: String, course: [(Happening, CircuitBreaker.State)])] = [
        (
            "closed, it lets all pass",
            [(.admit(at: 0, passes: true), .closed), (.acknowledged(at: 9, sentAt: 0), .closed)]
        ),
        (
            "it opens at the third failure in a row",
            [
                (.failed(at: 1, sentAt: 0), .closed), (.failed(at: 2, sentAt: 0), .closed),
                (.failed(at: 3, sentAt: 0), .open),
                (.admit(at: 4, passes: false), .open), (.admit(at: 1002, passes: false), .open),
            ]
        ),
        (
            "one that succeeds between them counts them anew",
            [
                (.failed(at: 1, sentAt: 0), .closed), (.failed(at: 2, sentAt: 0), .closed),
                (.acknowledged(at: 3, sentAt: 2), .closed),
                (.failed(at: 4, sentAt: 3), .closed), (.failed(at: 5, sentAt: 3), .closed),
                (.failed(at: 6, sentAt: 3), .open),
            ]
        ),
        (
            "slow ones are failures",
            [
                (.acknowledged(at: 2001, sentAt: 0), .closed), (.acknowledged(at: 2002, sentAt: 0), .closed),
                (.acknowledged(at: 2003, sentAt: 0), .open),
            ]
        ),
        ("two seconds are not slow", Array(repeating: (.acknowledged(at: 2000, sentAt: 0), .closed), count: 5)),
        (
            "after a pause one command is the probe, and no other passes",
            opened + [(.admit(at: 1003, passes: true), .halfOpen), (.admit(at: 1004, passes: false), .halfOpen)]
        ),
        (
            "the probe closes it",
            opened + [(.admit(at: 1003, passes: true), .halfOpen), (.acknowledged(at: 1004, sentAt: 1003), .closed)]
        ),
        (
            "or opens it again, for as long",
            opened + [
                (.admit(at: 1003, passes: true), .halfOpen), (.failed(at: 1500, sentAt: 1003), .open),
                (.admit(at: 2499, passes: false), .open), (.admit(at: 2500, passes: true), .halfOpen),
            ]
        ),
        (
            "what was sent before the probe says nothing of it",
            opened + [
                (.admit(at: 1003, passes: true), .halfOpen), (.acknowledged(at: 1004, sentAt: 2), .halfOpen),
                (.failed(at: 1005, sentAt: 2), .halfOpen),
            ]
        ),
        (
            "nor of an open circuit",
            opened + [
                (.acknowledged(at: 9, sentAt: 1), .open), (.failed(at: 900, sentAt: 1), .open),
                (.admit(at: 1003, passes: true), .halfOpen),
            ]
        ),
        (
            "a probe of which nothing is heard is followed by another",
            opened + [
                (.admit(at: 1003, passes: true), .halfOpen), (.admit(at: 4002, passes: false), .halfOpen),
                (.admit(at: 4003, passes: true), .halfOpen), (.acknowledged(at: 4004, sentAt: 1003), .halfOpen),
                (.acknowledged(at: 4005, sentAt: 4003), .closed),
            ]
        ),
        (
            "whoever comes before a probe is said to have failed does not pass in its place",
            opened + [
                (.admit(at: 1003, passes: true), .halfOpen), (.admit(at: 3003, passes: false), .halfOpen),
                (.failed(at: 3004, sentAt: 1003), .open), (.admit(at: 4003, passes: false), .open),
                (.admit(at: 4004, passes: true), .halfOpen),
            ]
        ),
        (
            "what opened it does not open it again when it comes to nothing after it has closed",
            opened + [
                (.admit(at: 1003, passes: true), .halfOpen), (.acknowledged(at: 1004, sentAt: 1003), .closed),
                (.failed(at: 5000, sentAt: 0), .closed), (.failed(at: 5001, sentAt: 1), .closed),
                (.acknowledged(at: 5002, sentAt: 2), .closed), (.failed(at: 5003, sentAt: 1002), .closed),
                (.failed(at: 5004, sentAt: 1003), .closed), (.failed(at: 5005, sentAt: 1005), .closed),
                (.acknowledged(at: 5006, sentAt: 1000), .closed), (.failed(at: 5007, sentAt: 1006), .open),
            ]
        ),
    ]

    private static let opened: [(Happening, CircuitBreaker.State)] = [
        (.failed(at: 1, sentAt: 0), .closed), (.failed(at: 2, sentAt: 0), .closed), (.failed(at: 3, sentAt: 0), .open),
    ]

    @Test(arguments: courses) func `the circuit opens, probes and closes`(
        _ course: (name: String, course: [(Happening, CircuitBreaker.State)])
    ) {
        let start = ContinuousClock.now
        func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }
        var breaker = CircuitBreaker(at: start)
        for (place, (happening, state)) in course.course.enumerated() {
            let before = breaker.state
            switch happening {
            case .admit(let at, let passes):
                #expect((breaker.admit(at: time(at)) == .pass) == passes, "\(course.name) \(place)")
            case .acknowledged(let at, let sentAt):
                #expect(
                    breaker.succeeded(sentAt: time(sentAt), at: time(at)) == (state != before),
                    "\(course.name) \(place)")
            case .failed(let at, let sentAt):
                #expect(
                    breaker.failed(sentAt: time(sentAt), at: time(at)) == (state != before), "\(course.name) \(place)")
            }
            #expect(breaker.state == state, "\(course.name) \(place)")
        }
    }

    @Test func `who is refused is told when to come again`() {
        let start = ContinuousClock.now
        var breaker = CircuitBreaker(at: start)
        for _ in 0..<3 { _ = breaker.failed(sentAt: start, at: start) }
        #expect(breaker.admit(at: start + .milliseconds(400)) == .refuse(.milliseconds(600)))
        #expect(breaker.since == start)
    }

    @Test func `several probes have all to succeed`() {
        let start = ContinuousClock.now
        var settings = CircuitBreaker.Settings()
        settings.probes = 3
        var breaker = CircuitBreaker(settings, at: start)
        for _ in 0..<3 { _ = breaker.failed(sentAt: start, at: start) }
        let later = start + .seconds(1)
        let verdicts = (0..<4).map { _ in breaker.admit(at: later) }
        #expect(verdicts == [.pass, .pass, .pass, .refuse(.seconds(1))])
        let changes = (0..<3).map { _ in breaker.succeeded(sentAt: later, at: later) }
        #expect(changes == [false, false, true] && breaker.state == .closed)
        for _ in 0..<3 { _ = breaker.failed(sentAt: later, at: later) }
        let last = later + .seconds(1)
        for _ in 0..<2 { #expect(breaker.admit(at: last) == .pass) }
        let isClosed = breaker.succeeded(sentAt: last, at: last)
        let isOpened = breaker.failed(sentAt: last, at: last)
        #expect(!isClosed && isOpened && breaker.state == .open)
    }
}
