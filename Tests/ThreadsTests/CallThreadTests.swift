import Synchronization
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(30))) struct CallThreadTests {
    /// Tells when it goes.
    private final class Guest: Sendable {
        let gone: Bell
        init(_ gone: Bell) { self.gone = gone }
        deinit { gone.ring() }
    }

    @Test func `calls are made one after the other, on one thread that is not the caller's`() {
        let thread = CallThread("calls")
        let first = thread.run(atMost: .seconds(600)) { pthread() }
        let second = thread.run(atMost: .seconds(600)) { pthread() }
        #expect(first != nil && first == second && first != pthread())
    }

    @Test func `a call that does not end is left behind with what it uses, and the next is not made`() {
        let thread = CallThread("calls")
        let (goOn, gone) = (Bell(), Bell())
        do {
            let guest = Guest(gone)
            let answer = thread.run(atMost: .milliseconds(20)) {
                goOn.wait()
                return withExtendedLifetime(guest) { 1 }
            }
            #expect(answer == nil)
        }
        #expect(!gone.wait(atMost: .milliseconds(20)))
        #expect(thread.run(atMost: .seconds(600)) { 2 } == nil)
        goOn.ring()
        gone.wait()
    }

    @Test func `a thread that is let go ends`() {
        let gone = Bell()
        do {
            let guest = Guest(gone)
            let thread = CallThread("calls")
            _ = thread.run(atMost: .seconds(600)) { withExtendedLifetime(guest) {} }
        }
        gone.wait()
    }
}
