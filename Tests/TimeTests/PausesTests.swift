import Testing
import Time

@Suite struct PausesTests {
    private let pauses = Pauses(first: .seconds(2), longest: .seconds(120))
    private static let lengths: [(Int64, Int64)] = [
        (-1, 2), (0, 2), (1, 2), (2, 4), (3, 8), (6, 64), (7, 120), (20, 120), (.max, 120),
    ]
    private static let draws: [(UInt64, Int64)] = [
        (0, 0), (1, 8), (500, 4000), (999, 7992), (1000, 0), (1500, 4000), (.max, 4920),
    ]

    @Test(arguments: lengths)
    func `a pause is twice the one before it at most, and not above the longest`(failures: Int64, seconds: Int64) {
        #expect(pauses.most(behind: failures) == .seconds(seconds))
    }

    @Test(arguments: draws)
    func `a number draws a part of it`(number: UInt64, milliseconds: Int64) {
        #expect(pauses.pause(behind: 3, drawn: number) == .milliseconds(milliseconds))
    }
}
