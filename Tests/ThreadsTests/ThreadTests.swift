import Glibc
import Synchronization
import Testing

@testable import Threads

/// Which thread this is.
func pthread() -> UInt { UInt(pthread_self()) }

@Suite(.timeLimit(.minutes(30))) struct ThreadTests {
    @Test func `a thread can be waited for by several others, and again`() {
        let goOn = Bell()
        let ended = Atomic(false)
        let thread = Thread("first") {
            goOn.wait()
            ended.store(true, ordering: .releasing)
        }
        let waiting = (0..<3).map { _ in
            Thread("waiting") {
                thread.join()
                let hasEnded = ended.load(ordering: .acquiring)
                #expect(hasEnded)
            }
        }
        goOn.ring()
        for thread in waiting { thread.join() }
        thread.join()
    }

    @Test func `a bell is heard once, however often it was rung`() {
        let bell = Bell()
        #expect(!bell.wait(atMost: .milliseconds(1)))
        bell.ring()
        bell.ring()
        #expect(bell.wait(atMost: .seconds(600)))
        #expect(!bell.wait(atMost: .zero))
    }

    @Test func `a bell wakes a thread that waits`() {
        let (bell, heard) = (Bell(), Bell())
        let thread = Thread("listener") {
            bell.wait()
            heard.ring()
        }
        bell.ring()
        #expect(heard.wait(atMost: .seconds(600)))
        thread.join()
    }
}
