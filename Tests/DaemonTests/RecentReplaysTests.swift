import Contracts
import Testing

@testable import Daemon

/// The same command twice is one replay.
@Suite struct RecentReplaysTests {
    private var replays = RecentReplays()

    private func result(_ offset: Int64) -> Replayed { Replayed(partition: 0, offset: offset, .done) }

    @Test mutating func `what came of a command is known within its transaction and behind it`() {
        replays.add(result(7), of: "a")
        #expect(replays["a", 7]?.offset == 7 && replays["b", 7] == nil)
        replays.commit()
        replays.rollBack()
        #expect(replays["a", 7]?.offset == 7)
    }

    @Test mutating func `one command for two dead letters has two results`() {
        replays.add(result(7), of: "a")
        #expect(replays["a", 8] == nil)
        replays.add(result(8), of: "a")
        replays.commit()
        #expect(replays["a", 7]?.offset == 7 && replays["a", 8]?.offset == 8)
    }

    @Test mutating func `one whose transaction was aborted comes again, and is handled`() {
        replays.add(result(7), of: "a")
        replays.rollBack()
        #expect(replays["a", 7] == nil)
        replays.commit()
        #expect(replays["a", 7] == nil)
    }

    @Test mutating func `the last thousand are known`() {
        for number in 0..<2500 {
            replays.add(result(0), of: "\(number)")
            if number % 7 == 0 { replays.commit() }
        }
        replays.commit()
        #expect(replays["2499", 0] != nil && replays["1500", 0] != nil && replays["1499", 0] == nil)
    }
}
